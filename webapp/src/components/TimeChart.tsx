// The chart: a canvas for eyes, a label and a table for screen readers, arrow keys for the keyboard.
// Chart.js comes in a chunk of its own when the first chart is shown.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Dashboard, HeadlineMetric } from "../api/types";
import { t } from "../i18n";
import { type ChartData, chartData } from "../lib/chart-data";
import { rangeWords } from "../lib/dates";
import { formatMetric } from "../lib/format";
import { themeVersion } from "../state/theme";
import type { TimeChartCanvas } from "./time-chart-canvas";

/** Starts loading the chart's code, so that it comes while the numbers are fetched. */
export const loadChart = () => import("./time-chart-canvas");

export interface Hover {
  index: number;
  x: number;
  y: number;
  /** Size of the chart, to know where there is room. */
  width: number;
  height: number;
}

interface TimeChartProps {
  data: Dashboard;
  metric: HeadlineMetric;
}

export function TimeChart({ data, metric }: TimeChartProps) {
  const { time_series: series } = data;
  const points = useMemo(() => chartData(series, metric), [series, metric]);
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<TimeChartCanvas | null>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const latest = useRef({ points, metric });
  latest.current = { points, metric };
  const colours = themeVersion.value;

  useEffect(() => {
    let gone = false;
    void loadChart().then(({ createTimeChart }) => {
      if (gone || !canvas.current) return;
      chart.current = createTimeChart(canvas.current, setHover);
      chart.current.show(latest.current.points, latest.current.metric);
    });
    return () => {
      gone = true;
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);

  useEffect(() => chart.current?.show(points, metric), [points, metric]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the canvas reads its colours anew when the theme changes
  useEffect(() => chart.current?.recolour(), [colours]);

  const onKeyDown = (event: KeyboardEvent) => {
    const last = points.points.findLastIndex((point) => point.current !== null);
    const at = hover?.index ?? last + 1;
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") chart.current?.select(null);
    if (next === undefined) return;
    event.preventDefault();
    chart.current?.select(Math.max(0, Math.min(last, next)));
  };

  const summary = describe(data, metric, points);
  const point = hover && points.points[hover.index];
  return (
    <figure class="relative">
      <div class="relative h-56 sm:h-72">
        <canvas
          ref={canvas}
          role="img"
          aria-label={summary}
          tabIndex={0}
          class="rounded-lg"
          onKeyDown={onKeyDown}
          onBlur={() => chart.current?.select(null)}
        />
        {point && hover && (
          <Tooltip point={point} metric={metric} hover={hover} partial={hover.index === points.partial} />
        )}
      </div>
      {points.peak < 0 && (
        <p class="pointer-events-none absolute inset-x-0 top-2/5 text-center text-quiet">
          {t("chart.empty")}
        </p>
      )}
      <ChartTable points={points} metric={metric} caption={summary} />
    </figure>
  );
}

/** Beside the point, on the side with room; on a narrow chart above or below it. It never covers what it is about. */
function placeBeside({ x, y, width, height }: Hover): Record<string, string> {
  if (width < 480) {
    const left = `${Math.max(0, Math.min(width - 240, x - 120))}px`;
    return y < height / 2 ? { left, top: `${y + 16}px` } : { left, bottom: `${height - y + 16}px` };
  }
  const top = `${Math.max(0, y - 40)}px`;
  return x > width / 2 ? { right: `${width - x + 14}px`, top } : { left: `${x + 14}px`, top };
}

interface TooltipProps {
  point: ChartData["points"][number];
  metric: HeadlineMetric;
  hover: Hover;
  partial: boolean;
}

function Tooltip({ point, metric, hover, partial }: TooltipProps) {
  if (point.current === null) return null;
  return (
    <div
      role="status"
      class="card-box pointer-events-none absolute z-10 w-max max-w-[15rem] sm:max-w-[20rem] px-3 py-2 text-[0.8125rem] shadow-lg"
      style={placeBeside(hover)}
    >
      <p class="font-medium">
        {point.words}
        {partial && <span class="font-normal text-quiet"> · {t("chart.until_now")}</span>}
      </p>
      <p class="mt-0.5 flex items-baseline gap-2">
        <span aria-hidden="true" class="h-0.5 w-3 self-center rounded bg-accent" />
        <span class="text-quiet">{t(`metric.${metric}`)}</span>
        <strong class="ml-auto pl-3 font-semibold">{formatMetric(metric, point.current)}</strong>
      </p>
      {point.previous !== null && (
        <p class="flex items-baseline gap-2 text-quiet">
          <span aria-hidden="true" class="w-3 self-center border-t-2 border-dotted border-quiet" />
          <span class="min-w-0">{point.previousWords}</span>
          <span class="ml-auto pl-3 text-base-content">{formatMetric(metric, point.previous)}</span>
        </p>
      )}
    </div>
  );
}

function ChartTable({
  points,
  metric,
  caption,
}: {
  points: ChartData;
  metric: HeadlineMetric;
  caption: string;
}) {
  return (
    <div class="sr-only">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t("chart.time")}</th>
            <th scope="col">{t("chart.current")}</th>
            {points.compared && <th scope="col">{t("chart.previous")}</th>}
          </tr>
        </thead>
        <tbody>
          {points.points.map((point, index) => (
            <tr key={index}>
              <th scope="row">{point.words}</th>
              <td>{point.current === null ? "–" : formatMetric(metric, point.current)}</td>
              {points.compared && (
                <td>{point.previous === null ? "–" : formatMetric(metric, point.previous)}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function describe(data: Dashboard, metric: HeadlineMetric, points: ChartData): string {
  const range = rangeWords(data.range.from, data.range.to);
  const peak = points.points[points.peak];
  if (!peak) return t("chart.summary_empty", { metric: t(`metric.${metric}`), range });
  return t("chart.summary", {
    metric: t(`metric.${metric}`),
    interval: t(`chart.by.${data.time_series.interval}`),
    range,
    total: formatMetric(metric, data.totals[metric].value),
    peak: formatMetric(metric, peak.current ?? 0),
    peak_label: peak.words,
  });
}
