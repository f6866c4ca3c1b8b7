// The dashboard of a site. The address says what is shown; everything a reader chooses goes back into it.

import { useEffect, useMemo, useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import type { Dashboard } from "../api/types";
import { ErrorBox } from "../components/ErrorBox";
import { FilterPills } from "../components/FilterPills";
import { Header } from "../components/Header";
import { Layout } from "../components/Layout";
import { Drops, Notices } from "../components/Notices";
import { Online } from "../components/Online";
import { Panels } from "../components/Panels";
import { ComparisonPicker, IntervalPicker, PeriodPicker } from "../components/Pickers";
import { DashboardSkeleton } from "../components/Skeleton";
import { loadChart, TimeChart } from "../components/TimeChart";
import { Totals } from "../components/Totals";
import { useTitle } from "../components/use-title";
import { t } from "../i18n";
import { rangeWords } from "../lib/dates";
import { urls } from "../lib/urls";
import { decodeView, queryOf, type View, viewHref } from "../lib/view";
import { dashboard, dashboardError, isRefreshing, liveState, openDashboard } from "../state/dashboard";
import { findSite, rememberSite } from "../state/sites";

export function DashboardPage() {
  const { url, route } = useLocation();
  const site = useRoute().params.site ?? "";
  const search = new URL(url, location.origin).search;
  const view = useMemo(() => decodeView(search), [search]);
  const query = JSON.stringify(queryOf(view));
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `query` is the view's question as text; `round` asks it again
  useEffect(() => openDashboard(site, queryOf(view)), [site, query, round]);
  useEffect(() => void loadChart(), []);

  const known = dashboard.value;
  const data = known && (known.site.domain === site || known.site.id === site) ? known : null;
  const id = data?.site.id;
  useEffect(() => {
    if (id) rememberSite(id);
  }, [id]);
  useTitle(data?.site.domain ?? site);

  /** A new question is a step in the history; another metric or tab is not. */
  const change = (part: Partial<View>) => {
    const next = { ...view, ...part };
    const isQuestion = JSON.stringify(queryOf(next)) !== query;
    route(viewHref(site, next), !isQuestion);
  };

  const domain = data?.site.domain ?? findSite(site)?.domain ?? site;
  const error = dashboardError.value;
  return (
    <Layout
      header={
        <Header site={domain} page="dashboard">
          {data && <Online count={data.online} state={liveState.value} />}
        </Header>
      }
    >
      <h1 class="sr-only">{domain}</h1>
      <div class="-mx-4 mb-2 flex flex-wrap items-center gap-2 bg-page px-4 pb-2 sm:sticky sm:top-0 sm:z-20 sm:-mt-2 sm:pt-2">
        <div class="order-2 min-w-0 basis-full sm:order-1 sm:grow sm:basis-0">
          <FilterPills filters={view.filters} onChange={(filters) => change({ filters })} />
        </div>
        <div class="order-1 ml-auto flex flex-wrap justify-end gap-2 sm:order-2">
          <PeriodPicker
            period={view.period}
            timezone={data?.site.timezone ?? "UTC"}
            onChange={(period) => change({ period, interval: null })}
          />
          {view.period !== "all" && (
            <ComparisonPicker
              comparison={view.comparison}
              onChange={(comparison) => change({ comparison })}
            />
          )}
        </div>
      </div>
      {error && (!data || !isRefreshing.value) ? (
        <ErrorBox error={error} onRetry={() => setRound(round + 1)} />
      ) : data ? (
        <Body data={data} view={view} onChange={change} />
      ) : (
        <DashboardSkeleton />
      )}
    </Layout>
  );
}

function Body({
  data,
  view,
  onChange,
}: {
  data: Dashboard;
  view: View;
  onChange: (part: Partial<View>) => void;
}) {
  const isDim = isRefreshing.value;
  return (
    <div
      aria-busy={isDim}
      class={`space-y-4 transition-opacity duration-200 ${isDim ? "opacity-60 delay-150" : ""}`}
    >
      <Notices notices={data.notices} />
      <Waiting data={data} />
      <section aria-label={t("metric.group")} class="card-box space-y-4 p-4 sm:p-6">
        <Totals totals={data.totals} selected={view.metric} onSelect={(metric) => onChange({ metric })} />
        <TimeChart data={data} metric={view.metric} />
        <footer class="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-xs text-quiet">
          <Legend data={data} />
          <IntervalPicker
            period={view.period}
            shown={data.time_series.interval}
            onChange={(interval) => onChange({ interval })}
          />
        </footer>
      </section>
      <Panels data={data} view={view} onChange={onChange} />
      <Drops drops={data.drops} />
    </div>
  );
}

function Legend({ data }: { data: Dashboard }) {
  const { range, comparison_range: compared } = data;
  return (
    <ul class="flex flex-wrap gap-x-4 gap-y-1">
      <li class="flex items-center gap-2 whitespace-nowrap">
        <span aria-hidden="true" class="h-0.5 w-4 rounded bg-accent" />
        {rangeWords(range.from, range.to)}
      </li>
      {compared && (
        <li class="flex items-center gap-2 whitespace-nowrap">
          <span aria-hidden="true" class="w-4 border-t-2 border-dashed border-quiet/70" />
          {rangeWords(compared.from, compared.to)}
        </li>
      )}
    </ul>
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
