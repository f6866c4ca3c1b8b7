// Chart.js behind a small face: only the parts of it that are drawn are registered. Loaded when needed.

import {
  CategoryScale,
  Chart,
  type ChartConfiguration,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
} from "chart.js";
import type { HeadlineMetric } from "../api/types";
import { type ChartData, largestMove } from "../lib/chart-data";
import { formatAxis } from "../lib/format";
import { font, type Hover, isMotionReduced, readColours, reader } from "./canvas";

Chart.register(CategoryScale, LinearScale, LineController, LineElement, PointElement);

/** What is on the chart. */
export interface Shown {
  data: ChartData;
  metric: HeadlineMetric;
  /** The points that have annotations. */
  marked: readonly number[];
}

export interface TimeChartCanvas {
  show(next: Shown): void;
  /** Reads the colours of the theme again. */
  recolour(): void;
  /** Marks a point as if the pointer were on it, or none. */
  select(index: number | null): void;
  destroy(): void;
}

/** A point of the line with what bends the line on both of its sides. */
interface Bend {
  x: number;
  y: number;
  skip?: boolean;
  cp1x: number;
  cp1y: number;
  cp2x: number;
  cp2y: number;
}

export function createTimeChart(
  canvas: HTMLCanvasElement,
  onHover: (hover: Hover | null) => void,
  first: Shown,
): TimeChartCanvas {
  let colours = readColours();
  let { metric, marked, data } = first;

  const tell = (chart: Chart) => {
    const [active] = chart.getActiveElements();
    if (!active) return onHover(null);
    const { x, y } = active.element.getProps(["x", "y"], true);
    onHover({ index: active.index, x, y, width: chart.width, height: chart.height });
  };

  /** The ground below the line, in one piece: the accent, fading towards the axis. */
  const ground: Plugin = {
    id: "ground",
    beforeDatasetsDraw(chart) {
      const { ctx, chartArea } = chart;
      const meta = chart.getDatasetMeta(0);
      (meta.dataset as LineElement).updateControlPoints(chartArea, "x");
      const bends = (meta.data as unknown as Bend[]).filter((point) => !point.skip);
      const [first, last] = [bends[0], bends.at(-1)];
      if (!first || !last || bends.length < 2) return;
      const gradient = ctx.createLinearGradient(0, chartArea.top, 0, chartArea.bottom);
      gradient.addColorStop(0, `${colours.accent}38`);
      gradient.addColorStop(1, `${colours.accent}05`);
      ctx.save();
      ctx.fillStyle = gradient;
      ctx.beginPath();
      ctx.moveTo(first.x, chartArea.bottom);
      ctx.lineTo(first.x, first.y);
      let from = first;
      for (const to of bends.slice(1)) {
        ctx.bezierCurveTo(from.cp2x, from.cp2y, to.cp1x, to.cp1y, to.x, to.y);
        from = to;
      }
      ctx.lineTo(last.x, chartArea.bottom);
      ctx.fill();
      ctx.restore();
    },
  };

  /** A thin upright line through the point being read. */
  const ruler: Plugin = {
    id: "ruler",
    beforeDatasetsDraw(chart) {
      const [active] = chart.getActiveElements();
      if (!active) return;
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.strokeStyle = colours.quiet;
      ctx.globalAlpha = 0.35;
      ctx.beginPath();
      ctx.moveTo(active.element.x, chartArea.top);
      ctx.lineTo(active.element.x, chartArea.bottom);
      ctx.stroke();
      ctx.restore();
    },
  };

  /** Annotations: a small diamond on the axis, and a faint line up from it. */
  const annotations: Plugin = {
    id: "annotations",
    afterDatasetsDraw(chart) {
      const { ctx, chartArea, scales } = chart;
      ctx.save();
      for (const index of marked) {
        const x = scales.x?.getPixelForValue(index);
        if (x === undefined) continue;
        ctx.strokeStyle = colours.quiet;
        ctx.globalAlpha = 0.45;
        ctx.lineWidth = 1;
        ctx.setLineDash([1, 4]);
        ctx.beginPath();
        ctx.moveTo(x, chartArea.top);
        ctx.lineTo(x, chartArea.bottom);
        ctx.stroke();
        ctx.globalAlpha = 1;
        ctx.setLineDash([]);
        ctx.lineWidth = 2;
        ctx.strokeStyle = colours.card;
        ctx.fillStyle = colours.text;
        ctx.beginPath();
        ctx.moveTo(x, chartArea.bottom - 5);
        ctx.lineTo(x + 5, chartArea.bottom);
        ctx.lineTo(x, chartArea.bottom + 5);
        ctx.lineTo(x - 5, chartArea.bottom);
        ctx.closePath();
        ctx.stroke();
        ctx.fill();
      }
      ctx.restore();
    },
  };

  const configuration: ChartConfiguration<"line", (number | null)[], string> = {
    type: "line",
    data: {
      labels: ticks(data),
      datasets: [
        {
          data: currents(data),
          order: 1,
          borderColor: () => colours.accent,
          borderWidth: 2,
          pointRadius: ({ dataset }) => (dataset.data.filter((value) => value !== null).length === 1 ? 3 : 0),
          pointHoverRadius: 4.5,
          pointBackgroundColor: () => colours.accent,
          pointHoverBorderColor: () => colours.card,
          pointHoverBorderWidth: 2,
          segment: { borderDash: ({ p1DataIndex }) => (p1DataIndex === data.partial ? [2, 4] : undefined) },
        },
        {
          data: previouses(data),
          hidden: !data.compared,
          order: 2,
          borderColor: () => `${colours.quiet}b0`,
          borderWidth: 1.5,
          borderDash: [4, 4],
          pointRadius: 0,
          pointHoverRadius: 0,
        },
      ],
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      // What is drawn first is there at once; later it moves.
      animation: false,
      interaction: { mode: "index", intersect: false },
      elements: {
        line: { borderCapStyle: "round", borderJoinStyle: "round", cubicInterpolationMode: "monotone" },
      },
      layout: { padding: { top: 8, right: 6 } },
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
    },
    plugins: [reader(tell), ground, ruler, annotations],
  };

  const chart = new Chart(canvas, configuration);
  if (!isMotionReduced()) chart.options.animation = { duration: 350 };
  if (!document.fonts.check(`${font.size}px ${font.family}`))
    void document.fonts.ready.then(() => chart.canvas && chart.update("none"));

  return {
    show(next) {
      const [current, previous] = chart.data.datasets;
      if (!current || !previous) return;
      // Fewer or more points are another chart: it is drawn anew. The same points move to their new places, if anybody
      // could see it: a visitor more on a day of thousands is less than a pixel.
      const isOther = data.points.length !== next.data.points.length;
      const { top = 0, bottom = 0, max = 1 } = chart.scales.y ?? {};
      const moves = !isOther && largestMove(data, next.data, max) * (bottom - top) >= 1;
      ({ metric, marked, data } = next);
      chart.data.labels = ticks(data);
      current.data = currents(data);
      previous.data = previouses(data);
      previous.hidden = !data.compared;
      chart.update(moves ? undefined : "none");
      if (chart.getActiveElements().length > 0) tell(chart);
    },
    recolour() {
      colours = readColours();
      chart.update("none");
    },
    select(index) {
      const isPoint = index !== null && chart.getDatasetMeta(0).data[index] !== undefined;
      chart.setActiveElements(isPoint ? [{ datasetIndex: 0, index }] : []);
      chart.update("none");
      tell(chart);
    },
    destroy: () => chart.destroy(),
  };
}

const ticks = ({ points }: ChartData) => points.map((point) => point.tick);
const currents = ({ points }: ChartData) => points.map((point) => point.current);
const previouses = ({ points }: ChartData) => points.map((point) => point.previous);
