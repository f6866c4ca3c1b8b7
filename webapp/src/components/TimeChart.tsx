// The chart: a canvas for eyes, a label and a table for screen readers, arrow keys for the keyboard; or the table alone.
// Chart.js comes in a chunk of its own, see `load-chart.ts`.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Annotation, Dashboard, HeadlineMetric } from "../api/types";
import { t } from "../i18n";
import { annotationMarks } from "../lib/annotation-marks";
import { type ChartData, chartData } from "../lib/chart-data";
import { rangeWords } from "../lib/dates";
import { formatMetric } from "../lib/format";
import { flash } from "../state/flash";
import { themeVersion } from "../state/theme";
import { ChartTable } from "./ChartTable";
import { ChartTooltip } from "./ChartTooltip";
import type { Hover } from "./canvas";
import { loadChart, loadedChart } from "./load-chart";
import type { TimeChartCanvas } from "./time-chart-canvas";

interface TimeChartProps {
  data: Dashboard;
  metric: HeadlineMetric;
  annotations: readonly Annotation[];
  asTable: boolean;
  isFiltered: boolean;
  /** Hears which bucket is read. */
  onRead: (index: number) => void;
}

export function TimeChart({ data, metric, annotations, asTable, isFiltered, onRead }: TimeChartProps) {
  const { time_series: series } = data;
  const points = useMemo(() => chartData(series, metric), [series, metric]);
  const notes = useMemo(() => annotationMarks(series, annotations), [series, annotations]);
  const summary = describe(data, metric, points);
  return (
    <figure class="relative">
      {!asTable && <Canvas {...{ points, metric, notes, summary, isFiltered, onRead }} />}
      <ChartTable points={points} metric={metric} caption={summary} notes={notes} isVisible={asTable} />
    </figure>
  );
}

interface CanvasProps {
  points: ChartData;
  metric: HeadlineMetric;
  notes: ReadonlyMap<number, Annotation[]>;
  summary: string;
  isFiltered: boolean;
  onRead: (index: number) => void;
}

function Canvas({ points, metric, notes, summary, isFiltered, onRead }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<TimeChartCanvas | null>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const shown = useMemo(() => ({ data: points, metric, marked: [...notes.keys()] }), [points, metric, notes]);
  const latest = useRef(shown);
  latest.current = shown;
  /** What the chart has been told. */
  const drawn = useRef<{ shown: typeof shown; colours: number } | null>(null);
  const colours = themeVersion.value;

  useLayoutEffect(() => {
    let gone = false;
    const onHover = (next: Hover | null) => {
      setHover(next);
      if (next) onRead(next.index);
    };
    const draw = ({ createTimeChart }: typeof import("./time-chart-canvas")) => {
      if (gone || !canvas.current) return;
      drawn.current = { shown: latest.current, colours: themeVersion.peek() };
      chart.current = createTimeChart(canvas.current, onHover, latest.current);
    };
    const code = loadedChart();
    if (code) draw(code);
    else loadChart().then(draw, () => flash(t("error.network")));
    return () => {
      gone = true;
      chart.current?.destroy();
      chart.current = null;
    };
  }, [onRead]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the canvas reads its colours anew when the theme changes
  useEffect(() => {
    const told = drawn.current;
    if (!told) return;
    if (told.colours !== colours) chart.current?.recolour();
    if (told.shown !== shown) chart.current?.show(shown);
    drawn.current = { shown, colours };
  }, [shown, colours]);

  const onKeyDown = (event: KeyboardEvent) => {
    const last = points.points.findLastIndex((point) => point.current !== null);
    const at = hover?.index ?? last + 1;
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") chart.current?.select(null);
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    chart.current?.select(Math.max(0, Math.min(last, next)));
  };

  const point = hover && points.points[hover.index];
  return (
    <>
      <div class="relative h-56 sm:h-72">
        <div class="absolute inset-0">
          <canvas
            ref={canvas}
            role="img"
            aria-label={summary}
            tabIndex={0}
            class="rounded-lg"
            onKeyDown={onKeyDown}
            onBlur={() => chart.current?.select(null)}
          />
        </div>
        {point && hover && (
          <ChartTooltip
            point={point}
            metric={metric}
            hover={hover}
            partial={hover.index === points.partial}
            notes={notes.get(hover.index) ?? []}
          />
        )}
      </div>
      {points.peak < 0 && (
        <p class="pointer-events-none absolute inset-x-0 top-2/5 flex justify-center text-center text-quiet">
          <span class="rounded-lg bg-card px-3 py-1">
            {t(isFiltered ? "panel.empty_filtered" : "chart.empty")}
          </span>
        </p>
      )}
    </>
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
