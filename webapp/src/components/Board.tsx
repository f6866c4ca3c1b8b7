// The dashboard itself, the same for members and for readers of a share link: toolbar, numbers, chart, panels. The
// address says what is shown; everything a reader chooses goes back into it.

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { ApiError } from "../api/problem";
import type { Dashboard } from "../api/types";
import { t } from "../i18n";
import { today } from "../lib/dates";
import { limitView } from "../lib/limits";
import { urls } from "../lib/urls";
import { decodeView, queryOf, type View } from "../lib/view";
import { findSite } from "../state/sites";
import { useViewer } from "../state/viewer";
import { ChartCard } from "./ChartCard";
import { ErrorBox } from "./ErrorBox";
import { FilterPills } from "./FilterPills";
import { Drops, Notices } from "./Notices";
import { ComparisonPicker, PeriodPicker } from "./Pickers";
import { Panels } from "./panels/Panels";
import { DashboardSkeleton } from "./Skeleton";
import { loadChart } from "./TimeChart";

interface BoardState {
  view: View;
  data: Dashboard | null;
  error: ApiError | null;
  timezone: string;
  /** The address of the view with a part of it changed. */
  hrefWith: (part: Partial<View>) => string;
  change: (part: Partial<View>) => void;
  retry: () => void;
}

/** The dashboard of a site as the address asks for it, kept current. */
export function useBoard(site: string, timezone?: string): BoardState {
  const { url, route } = useLocation();
  const { board, limits, href } = useViewer();
  const search = new URL(url, location.origin).search;
  const day = limits && today(timezone ?? "UTC");
  const asked = useMemo(() => decodeView(search), [search]);
  const view = limits && day ? limitView(asked, limits, day) : asked;
  // Addresses keep what was asked for: the days that a link shows move on with the calendar.
  const kept = { ...asked, filters: view.filters };
  const hrefWith = (part: Partial<View>) => href(site, { ...kept, ...part });
  const query = JSON.stringify(queryOf(view));
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `query` is the view's question as text; `round` asks it again
  useEffect(() => board.open(site, queryOf(view)), [board, site, query, round]);
  useEffect(() => void loadChart(), []);

  const known = board.data.value;
  const data = known && (known.site.domain === site || known.site.id === site) ? known : null;
  const error = board.error.value;

  return {
    view,
    data,
    error: error && (!data || !board.isRefreshing.value) ? error : null,
    timezone: timezone ?? data?.site.timezone ?? "UTC",
    hrefWith,
    /** A new question is a step in the history, and so is what opens; another metric or tab is not. */
    change(part) {
      const isQuestion = JSON.stringify(queryOf({ ...view, ...part })) !== query;
      route(hrefWith(part), !isQuestion && !part.all && !part.versions);
    },
    retry: () => setRound(round + 1),
  };
}

interface BoardProps {
  state: BoardState;
  /** What stands at the start of the toolbar. */
  start?: ComponentChildren;
}

export function Board({ state, start }: BoardProps) {
  const { limits } = useViewer();
  const { view, data, error, timezone, change } = state;
  return (
    <>
      <div class="-mx-4 mb-2 flex flex-wrap items-center gap-2 bg-page px-4 pb-2 sm:sticky sm:top-0 sm:z-20 sm:-mt-2 sm:pt-2">
        <div class="order-2 min-w-0 basis-full sm:order-1 sm:grow sm:basis-0">
          <FilterPills filters={view.filters} onChange={(filters) => change({ filters })} />
        </div>
        {start && <div class="order-0">{start}</div>}
        <div class="order-1 ml-auto flex flex-wrap justify-end gap-2 sm:order-2">
          <PeriodPicker
            period={view.period}
            timezone={timezone}
            limits={limits}
            onChange={(period) => change({ period, interval: null })}
          />
          <ComparisonPicker
            comparison={view.comparison}
            period={view.period}
            timezone={timezone}
            limits={limits}
            onChange={(comparison) => change({ comparison })}
          />
        </div>
      </div>
      {error ? (
        <ErrorBox error={error} onRetry={state.retry} />
      ) : data ? (
        <Body data={data} view={view} hrefWith={state.hrefWith} onChange={change} />
      ) : (
        <DashboardSkeleton />
      )}
    </>
  );
}

interface BodyProps {
  data: Dashboard;
  view: View;
  hrefWith: (part: Partial<View>) => string;
  onChange: (part: Partial<View>) => void;
}

function Body({ data, view, hrefWith, onChange }: BodyProps) {
  const { board, limits } = useViewer();
  const isMember = limits === null;
  const isDim = board.isRefreshing.value;
  return (
    <div
      aria-busy={isDim}
      class={`space-y-4 transition-opacity duration-200 ${isDim ? "opacity-60 delay-150" : ""}`}
    >
      {isMember && <Notices notices={data.notices} />}
      {isMember && <Waiting data={data} />}
      <ChartCard data={data} view={view} onChange={onChange} />
      <Panels data={data} view={view} hrefWith={hrefWith} onChange={onChange} />
      {isMember && <Drops drops={data.drops} />}
    </div>
  );
}

/** A site that has never counted anything wants its snippet first. */
function Waiting({ data }: { data: Dashboard }) {
  const site = findSite(data.site.id);
  if (!site || site.first_event_at || data.totals.events.value > 0) return null;
  return (
    <p class="card-box flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3">
      <span aria-hidden="true" class="pulse pulse-on mx-1 shrink-0 bg-accent!" />
      <span class="min-w-0 break-words">{t("empty.waiting", { site: site.domain })}</span>
      <a href={urls.setup(site.domain)} class="font-medium text-primary hover:underline">
        {t("empty.waiting_action")}
      </a>
    </p>
  );
}
