// The numbers of the chart as a table: to screen readers always, to eyes when asked for.

import { useMemo } from "preact/hooks";
import type { Annotation, HeadlineMetric } from "../api/types";
import { t } from "../i18n";
import type { ChartData } from "../lib/chart-data";
import { formatMetric } from "../lib/format";
import { useRest } from "./use-rest";

interface TableProps {
  points: ChartData;
  metric: HeadlineMetric;
  caption: string;
  notes: ReadonlyMap<number, readonly Annotation[]>;
}

const CELL = "px-2 py-1.5 text-right whitespace-nowrap tabular-nums sm:px-3";

export function ChartTable({ isVisible, ...table }: TableProps & { isVisible: boolean }) {
  if (!isVisible) return <HiddenTable {...table} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard
    <section class="scrolls h-56 overflow-auto rounded-lg sm:h-72" aria-label={table.caption} tabIndex={0}>
      <Table {...table} isVisible />
    </section>
  );
}

/** Its cells are a third of the page's elements: they come after what is seen. */
function HiddenTable({ points, metric, caption, notes }: TableProps) {
  const latest = useMemo(() => ({ points, metric, caption, notes }), [points, metric, caption, notes]);
  const rested = useRest(latest);
  const table = useMemo(() => rested && <Table {...rested} isVisible={false} />, [rested]);
  return <div class="sr-only">{table}</div>;
}

function Table({ points, metric, caption, notes, isVisible }: TableProps & { isVisible: boolean }) {
  const number = (value: number | null) => (value === null ? "–" : formatMetric(metric, value));
  return (
    <table class={isVisible ? "w-full text-[0.8125rem]" : ""}>
      <caption class="sr-only">{caption}</caption>
      <thead>
        <tr
          class={
            isVisible ? "sticky top-0 z-10 bg-card text-xs text-quiet shadow-[0_1px_0_var(--color-line)]" : ""
          }
        >
          <th scope="col" class="px-2 py-1.5 text-left font-normal sm:px-3">
            {t("chart.time")}
          </th>
          <th scope="col" class={`${CELL} font-normal`}>
            {t("chart.current")}
          </th>
          {points.compared && (
            <th scope="col" class={`${CELL} font-normal`}>
              {t("chart.previous")}
            </th>
          )}
          {notes.size > 0 && (
            <th scope="col" class="px-2 py-1.5 text-left font-normal sm:px-3">
              {t("chart.notes")}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {points.points.map((point, index) => (
          <tr key={index} class={isVisible ? "border-t border-line/60 first:border-0" : ""}>
            <th scope="row" class="px-2 py-1.5 text-left font-normal sm:px-3">
              {point.words}
              {index === points.partial && <span class="text-quiet"> · {t("chart.until_now")}</span>}
            </th>
            <td class={`${CELL} font-medium`}>{number(point.current)}</td>
            {points.compared && <td class={`${CELL} text-quiet`}>{number(point.previous)}</td>}
            {notes.size > 0 && (
              <td class="min-w-32 px-2 py-1.5 sm:px-3">
                {notes
                  .get(index)
                  ?.map(({ text }) => text)
                  .join("; ")}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
