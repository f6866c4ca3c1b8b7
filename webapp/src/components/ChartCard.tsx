// The five numbers, the chart of one of them, and below it what the chart shows and how.

import { useEffect, useRef } from "preact/hooks";
import type { Dashboard } from "../api/types";
import { t } from "../i18n";
import { rangeWords } from "../lib/dates";
import type { View } from "../lib/view";
import { annotationsOf, loadAnnotations } from "../state/annotations";
import { useViewer } from "../state/viewer";
import { lazyPart } from "./lazy-part";
import { IntervalPicker } from "./Pickers";
import { TimeChart } from "./TimeChart";
import { Totals } from "./Totals";

const Notes = lazyPart(() => import("./notes/NotesMenu").then((module) => module.NotesMenu));

interface ChartCardProps {
  data: Dashboard;
  view: View;
  onChange: (part: Partial<View>) => void;
}

export function ChartCard({ data, view, onChange }: ChartCardProps) {
  const { limits } = useViewer();
  const isMember = limits === null;
  const { id, timezone } = data.site;
  /** The bucket that was read last: a note is most likely about it. */
  const lastRead = useRef<number | null>(null);
  const onRead = useRef((index: number) => {
    lastRead.current = index;
  }).current;

  useEffect(() => {
    if (isMember) void loadAnnotations(id);
  }, [isMember, id]);

  return (
    <section aria-label={t("metric.group")} class="card-box space-y-4 p-4 sm:p-6">
      <Totals totals={data.totals} selected={view.metric} onSelect={(metric) => onChange({ metric })} />
      <TimeChart
        data={data}
        metric={view.metric}
        annotations={annotationsOf(isMember ? id : "")}
        asTable={view.table}
        isFiltered={view.filters.length > 0}
        onRead={onRead}
      />
      <footer class="flex flex-wrap items-center justify-between gap-x-6 gap-y-1">
        <Legend data={data} />
        <div class="-mr-2 ml-auto flex flex-wrap items-center justify-end sm:gap-x-3">
          <button
            type="button"
            class="nav-link px-1.5 text-xs sm:px-2"
            onClick={() => onChange({ table: !view.table })}
          >
            {t(view.table ? "chart.as_chart" : "chart.as_table")}
          </button>
          {isMember && <Notes site={id} timezone={timezone} series={data.time_series} lastRead={lastRead} />}
          <IntervalPicker
            period={view.period}
            shown={data.time_series.interval}
            onChange={(interval) => onChange({ interval })}
          />
        </div>
      </footer>
    </section>
  );
}

/** Each range stays in one piece; on a phone they stand below each other. */
function Legend({ data }: { data: Dashboard }) {
  const { range, comparison_range: compared } = data;
  return (
    <ul class="flex flex-wrap gap-x-4 gap-y-1 text-xs text-quiet">
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
