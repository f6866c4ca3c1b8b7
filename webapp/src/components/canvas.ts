// What the chart and the map share: the theme's colours, the typeface, and where the pointer is.

import type { Chart, Plugin } from "chart.js";

export interface Colours {
  accent: string;
  quiet: string;
  line: string;
  card: string;
  text: string;
}

export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    accent: read("--color-accent"),
    quiet: read("--haru-quiet"),
    line: read("--color-base-300"),
    card: read("--color-base-100"),
    text: read("--color-base-content"),
  };
}

export const font = { family: '"Inter Variable", system-ui, sans-serif', size: 12 };

export const isMotionReduced = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** What is being read on a canvas: an item, where it stands, and the size of all to know where there is room. */
export interface Hover {
  index: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Tells what the pointer is on, when it comes to something else and when that has moved. Chart.js has a tooltip for
 * this, which is larger than all the rest that we take of it; ours is markup.
 */
export function reader(tell: (chart: Chart) => void): Plugin {
  let last: number | undefined;
  return {
    id: "reader",
    afterEvent(chart, { replay }) {
      const index = chart.getActiveElements()[0]?.index;
      if (index === last && !replay) return;
      last = index;
      tell(chart);
    },
  };
}
