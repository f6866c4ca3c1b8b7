// The dashboard itself, the same for members and for readers of a share link: toolbar, numbers, chart, panels. The
// address says what is shown; everything a reader chooses goes back into it.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { ApiError } from "../api/problem";
import type { Dashboard } from "../api/types";
import { viewsOf } from "../lib/limits";
import { periodChange, queryOf, type View } from "../lib/view";
import { useViewer } from "../state/viewer";
import { ChartCard } from "./ChartCard";
import { ErrorBox } from "./ErrorBox";
import { FilterBar } from "./FilterBar";
import { lazyPart } from "./lazy-part";
import { loadChart } from "./load-chart";
import { ComparisonPicker, PeriodPicker } from "./Pickers";
import { Panels } from "./panels/Panels";
import { CardSkeleton, DashboardSkeleton } from "./Skeleton";

const Realtime = lazyPart(() => import("./Realtime").then((module) => module.Realtime), CardSkeleton);

interface BoardState {
  /** Domain or id, as the address has it. */
  site: string;
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
  const { asked, view } = useMemo(() => viewsOf(search, limits, timezone), [search, limits, timezone]);
  // Addresses keep what was asked for: the days that a link shows move on with the calendar.
  const kept = { ...asked, filters: view.filters };
  const hrefWith = (part: Partial<View>) => href(site, { ...kept, ...part });
  const query = JSON.stringify(queryOf(view));
  const isRange = !view.realtime;
  const [round, setRound] = useState(0);

  // Asked before what waits for it is painted.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `query` is the view's question as text; `round` asks it again
  useLayoutEffect(
    () => (isRange ? board.open(site, queryOf(view)) : undefined),
    [board, site, query, isRange, round],
  );
  useEffect(() => void loadChart().catch(() => undefined), []);

  const known = board.data.value;
  const data = known && (known.site.domain === site || known.site.id === site) ? known : null;
  const error = board.error.value;

  return {
    site,
    view,
    data,
    error: error && (!data || !board.isRefreshing.value) ? error : null,
    timezone: timezone ?? data?.site.timezone ?? "UTC",
    hrefWith,
    /** A new question is a step in the history, and so is what opens; another metric or tab is not. */
    change(part) {
      const next = { ...view, ...part };
      const isQuestion = next.realtime !== view.realtime || JSON.stringify(queryOf(next)) !== query;
      route(hrefWith(part), !isQuestion && !part.all && !part.versions);
    },
    retry: () => setRound(round + 1),
  };
}

interface BoardProps {
  state: BoardState;
  /** What stands at the start of the toolbar. */
  start?: ComponentChildren;
  /** What only members see, above the numbers and below the panels. */
  above?: (data: Dashboard) => ComponentChildren;
  below?: (data: Dashboard) => ComponentChildren;
}

export function Board({ state, start, above, below }: BoardProps) {
  const { limits } = useViewer();
  const { site, view, data, error, timezone, change } = state;
  return (
    <>
      {/* On a phone the filters have a line of their own, below the periods. */}
      <div class="-mx-4 mb-2 flex flex-wrap items-center gap-2 bg-page px-4 pb-2 sm:sticky sm:top-0 sm:z-20 sm:-mt-2 sm:flex-nowrap sm:items-start sm:pt-2">
        {start && <div class="self-center">{start}</div>}
        {!view.realtime && (
          <div class="order-2 flex min-h-9 min-w-0 basis-full flex-wrap items-center gap-x-2 gap-y-1 sm:order-1 sm:grow sm:basis-0">
            <FilterBar site={site} view={view} onChange={(filters) => change({ filters })} />
          </div>
        )}
        <div class="order-1 ml-auto flex flex-wrap justify-end gap-2 sm:order-2">
          <PeriodPicker
            period={view.period}
            realtime={view.realtime}
            timezone={timezone}
            limits={limits}
            onChange={(period) => change(periodChange(period))}
          />
          {!view.realtime && (
            <ComparisonPicker
              comparison={view.comparison}
              period={view.period}
              timezone={timezone}
              limits={limits}
              onChange={(comparison) => change({ comparison })}
            />
          )}
        </div>
      </div>
      {view.realtime ? (
        <Realtime key={site} site={site} timezone={timezone} hrefWith={state.hrefWith} />
      ) : error ? (
        <ErrorBox error={error} onRetry={state.retry} />
      ) : data ? (
        <Body
          data={data}
          view={view}
          hrefWith={state.hrefWith}
          onChange={change}
          above={above}
          below={below}
        />
      ) : (
        <DashboardSkeleton />
      )}
    </>
  );
}

interface BodyProps extends Pick<BoardProps, "above" | "below"> {
  data: Dashboard;
  view: View;
  hrefWith: (part: Partial<View>) => string;
  onChange: (part: Partial<View>) => void;
}

function Body({ data, view, hrefWith, onChange, above, below }: BodyProps) {
  const { board } = useViewer();
  const isDim = board.isRefreshing.value;
  return (
    <div
      aria-busy={isDim}
      class={`space-y-4 transition-opacity duration-200 ${isDim ? "opacity-60 delay-150" : ""}`}
    >
      {above?.(data)}
      <ChartCard data={data} view={view} onChange={onChange} />
      <Panels data={data} view={view} hrefWith={hrefWith} onChange={onChange} />
      {below?.(data)}
    </div>
  );
}
