// Chart.js behind a small face: only the parts of it that are drawn are registered. Loaded when needed.

import {
  CategoryScale,
  Chart,
  type ChartConfiguration,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  type ScriptableContext,
  Tooltip,
} from "chart.js";
import type { HeadlineMetric } from "../api/types";
import type { ChartData } from "../lib/chart-data";
import { formatAxis } from "../lib/format";
import type { Hover } from "./TimeChart";

/** A thin upright line through the point being read. */
const ruler = {
  id: "ruler",
  beforeDatasetsDraw(chart: Chart) {
    const [active] = chart.tooltip?.getActiveElements() ?? [];
    if (!active) return;
    const { ctx, chartArea } = chart;
    ctx.save();
    ctx.strokeStyle = readColours().quiet;
    ctx.globalAlpha = 0.35;
    ctx.beginPath();
    ctx.moveTo(active.element.x, chartArea.top);
    ctx.lineTo(active.element.x, chartArea.bottom);
    ctx.stroke();
    ctx.restore();
  },
};

Chart.register(CategoryScale, LinearScale, LineController, LineElement, PointElement, Filler, Tooltip, ruler);

export interface TimeChartCanvas {
  show(data: ChartData, metric: HeadlineMetric): void;
  /** Reads the colours of the theme again. */
  recolour(): void;
  /** Marks a point as if the pointer were on it, or none. */
  select(index: number | null): void;
  destroy(): void;
}

interface Colours {
  accent: string;
  quiet: string;
  line: string;
  card: string;
}

function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    accent: read("--color-accent"),
    quiet: read("--haru-quiet"),
    line: read("--color-base-300"),
    card: read("--color-base-100"),
  };
}

const isMotionReduced = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function createTimeChart(
  canvas: HTMLCanvasElement,
  onHover: (hover: Hover | null) => void,
): TimeChartCanvas {
  let colours = readColours();
  let metric: HeadlineMetric = "visitors";
  let partial = -1;

  /** The accent, fading towards the axis. */
  const ground = ({ chart }: ScriptableContext<"line">) => {
    const { ctx, chartArea } = chart;
    if (!chartArea) return "transparent";
    const gradient = ctx.createLinearGradient(0, chartArea.top, 0, chartArea.bottom);
    gradient.addColorStop(0, `${colours.accent}38`);
    gradient.addColorStop(1, `${colours.accent}05`);
    return gradient;
  };

  const configuration: ChartConfiguration<"line", (number | null)[], string> = {
    type: "line",
    data: {
      labels: [],
      datasets: [
        {
          data: [],
          order: 1,
          borderColor: () => colours.accent,
          borderWidth: 2,
          pointRadius: ({ dataset }) => (dataset.data.filter((value) => value !== null).length === 1 ? 3 : 0),
          pointHoverRadius: 4.5,
          pointBackgroundColor: () => colours.accent,
          pointHoverBorderColor: () => colours.card,
          pointHoverBorderWidth: 2,
          segment: { borderDash: ({ p1DataIndex }) => (p1DataIndex === partial ? [2, 4] : undefined) },
        },
        {
          data: [],
          order: 2,
          borderColor: () => `${colours.quiet}b0`,
          borderWidth: 1.5,
          borderDash: [4, 4],
          pointRadius: 0,
          pointHoverRadius: 0,
        },
        // The ground below the line, in one piece: filling segments one by one leaves seams.
        {
          data: [],
          order: 3,
          fill: true,
          backgroundColor: ground,
          borderWidth: 0,
          pointRadius: 0,
          pointHoverRadius: 0,
        },
      ],
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: isMotionReduced() ? false : { duration: 350 },
      interaction: { mode: "index", intersect: false },
      elements: {
        line: { borderCapStyle: "round", borderJoinStyle: "round", cubicInterpolationMode: "monotone" },
      },
      layout: { padding: { top: 8, right: 2 } },
      scales: {
        x: {
          grid: { display: false },
          border: { display: false },
          ticks: { maxRotation: 0, autoSkipPadding: 28, color: () => colours.quiet, font },
        },
        y: {
          beginAtZero: true,
          suggestedMax: 4,
          grid: { color: () => colours.line, drawTicks: false },
          border: { display: false },
          ticks: {
            padding: 10,
            maxTicksLimit: 6,
            precision: 0,
            color: () => colours.quiet,
            font,
            callback: (value) => formatAxis(metric, Number(value)),
          },
        },
      },
      plugins: {
        tooltip: {
          enabled: false,
          external: ({ chart, tooltip }) => {
            const point = tooltip.dataPoints?.[0];
            onHover(
              tooltip.opacity === 0 || !point
                ? null
                : {
                    index: point.dataIndex,
                    x: tooltip.caretX,
                    y: tooltip.caretY,
                    width: chart.width,
                    height: chart.height,
                  },
            );
          },
        },
      },
    },
  };

  const chart = new Chart(canvas, configuration);
  void document.fonts.ready.then(() => chart.canvas && chart.update("none"));

  return {
    show(data, nextMetric) {
      const [current, previous, below] = chart.data.datasets;
      if (!current || !previous || !below) return;
      // Fewer or more points are another chart: it is drawn anew. The same points move to their new places.
      const isOther = chart.data.labels?.length !== data.points.length;
      metric = nextMetric;
      partial = data.partial;
      chart.data.labels = data.points.map((point) => point.tick);
      current.data = data.points.map((point) => point.current);
      below.data = current.data;
      previous.data = data.points.map((point) => point.previous);
      previous.hidden = !data.compared;
      chart.update(isOther ? "none" : undefined);
    },
    recolour() {
      colours = readColours();
      chart.update("none");
    },
    select(index) {
      const element = index === null ? undefined : chart.getDatasetMeta(0).data[index];
      const active = index === null || !element ? [] : [{ datasetIndex: 0, index }];
      chart.setActiveElements(active);
      chart.tooltip?.setActiveElements(active, { x: element?.x ?? 0, y: element?.y ?? 0 });
      chart.update("none");
    },
    destroy: () => chart.destroy(),
  };
}

const font = { family: '"Inter Variable", system-ui, sans-serif', size: 12 };
