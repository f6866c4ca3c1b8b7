import { sparkline } from "../lib/sparkline";

const WIDTH = 120;
const HEIGHT = 36;

/** A small line over a few days, told in words by its label. The last day is not over, and dotted. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const { line, unfinished, area } = sparkline(values, WIDTH, HEIGHT);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      class="h-9 w-full text-accent"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linejoin="round"
      stroke-linecap="round"
    >
      <path d={area} fill="currentColor" fill-opacity="0.1" stroke="none" />
      <path d={line} vector-effect="non-scaling-stroke" />
      <path d={unfinished} vector-effect="non-scaling-stroke" stroke-dasharray="1 3.5" />
    </svg>
  );
}
