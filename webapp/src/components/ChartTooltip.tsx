// What stands beside the point that is read.

import type { Annotation, HeadlineMetric } from "../api/types";
import { t } from "../i18n";
import type { ChartPoint } from "../lib/chart-data";
import { formatMetric } from "../lib/format";
import type { Hover } from "./canvas";

/** Beside the point, on the side with room; on a narrow chart above or below it. It never covers what it is about. */
export function placeBeside({ x, y, width, height }: Hover): Record<string, string> {
  if (width < 480) {
    const left = `${Math.max(0, Math.min(width - 240, x - 120))}px`;
    return y < height / 2 ? { left, top: `${y + 16}px` } : { left, bottom: `${height - y + 16}px` };
  }
  const top = `${Math.max(0, y - 40)}px`;
  return x > width / 2 ? { right: `${width - x + 14}px`, top } : { left: `${x + 14}px`, top };
}

interface ChartTooltipProps {
  point: ChartPoint;
  metric: HeadlineMetric;
  hover: Hover;
  partial: boolean;
  notes: readonly Annotation[];
}

export function ChartTooltip({ point, metric, hover, partial, notes }: ChartTooltipProps) {
  if (point.current === null && notes.length === 0) return null;
  return (
    <div
      role="status"
      class="card-box pointer-events-none absolute z-10 w-max max-w-[15rem] px-3 py-2 text-[0.8125rem] shadow-lg sm:max-w-[20rem]"
      style={placeBeside(hover)}
    >
      <p class="font-medium">
        {point.words}
        {partial && <span class="font-normal text-quiet"> · {t("chart.until_now")}</span>}
      </p>
      {point.current !== null && (
        <p class="mt-0.5 flex items-baseline gap-2">
          <span aria-hidden="true" class="h-0.5 w-3 self-center rounded bg-accent" />
          <span class="text-quiet">{t(`metric.${metric}`)}</span>
          <strong class="ml-auto pl-3 font-semibold tabular-nums">
            {formatMetric(metric, point.current)}
          </strong>
        </p>
      )}
      {point.previous !== null && (
        <p class="flex items-baseline gap-2 text-quiet">
          <span aria-hidden="true" class="w-3 self-center border-t-2 border-dotted border-quiet" />
          <span class="min-w-0">{point.previousWords}</span>
          <span class="ml-auto pl-3 text-base-content tabular-nums">
            {formatMetric(metric, point.previous)}
          </span>
        </p>
      )}
      {notes.length > 0 && (
        <ul aria-label={t("chart.notes")} class="mt-1.5 space-y-1 border-t border-line pt-1.5">
          {notes.map(({ id, text }) => (
            <li key={id} class="flex items-baseline gap-2">
              <span aria-hidden="true" class="diamond mx-[0.1875rem] self-center" />
              <span class="min-w-0 break-words">{text}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
