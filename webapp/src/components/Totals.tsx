// The five numbers with their changes; a click puts one on the chart.

import { type HeadlineMetric, METRICS, type Total, type Totals as TotalsData } from "../api/types";
import { t } from "../i18n";
import { formatChange, formatExact, formatMetric } from "../lib/format";

interface TotalsProps {
  totals: TotalsData;
  selected: HeadlineMetric;
  onSelect: (metric: HeadlineMetric) => void;
}

export function Totals({ totals, selected, onSelect }: TotalsProps) {
  const isCompared = METRICS.some((metric) => totals[metric].change != null);
  return (
    // On a phone two large above three small: no hole, nothing hidden.
    <fieldset
      aria-label={t("metric.group")}
      class="grid min-w-0 grid-cols-6 gap-x-2 gap-y-1 sm:grid-cols-5 sm:gap-x-4"
    >
      {METRICS.map((metric, index) => (
        <TotalButton
          key={metric}
          metric={metric}
          total={totals[metric]}
          selected={metric === selected}
          small={index >= 2}
          isCompared={isCompared}
          onSelect={() => onSelect(metric)}
        />
      ))}
    </fieldset>
  );
}

interface TotalButtonProps {
  metric: HeadlineMetric;
  total: Total;
  selected: boolean;
  small: boolean;
  /** Whether any of the five has a change: the line for it is kept free in all of them, or in none. */
  isCompared: boolean;
  onSelect: () => void;
}

const TONES = { better: "text-better", worse: "text-worse", same: "text-quiet" } as const;

function TotalButton({ metric, total, selected, small, isCompared, onSelect }: TotalButtonProps) {
  const change = total.change == null ? null : formatChange(metric, total.change);
  const isCount = metric !== "bounce_rate" && metric !== "visit_duration";
  return (
    <button
      type="button"
      aria-pressed={selected}
      onClick={onSelect}
      title={isCount ? formatExact(total.value) : undefined}
      class={`group min-w-0 border-b-2 pt-1 pb-2.5 text-left transition-colors sm:col-span-1 ${small ? "col-span-2" : "col-span-3"} ${
        selected ? "border-accent" : "border-transparent hover:border-line"
      }`}
    >
      <span
        class={`block truncate sm:text-sm ${small ? "text-xs" : "text-[0.8125rem]"} ${selected ? "font-medium" : "text-quiet group-hover:text-base-content"}`}
      >
        {t(`metric.${metric}`)}
      </span>
      <span
        data-testid={`total-${metric.replaceAll("_", "-")}`}
        class={`block leading-tight font-semibold tabular-nums tracking-tight whitespace-nowrap sm:text-[1.75rem] ${small ? "text-xl" : "text-[1.75rem]"}`}
      >
        {formatMetric(metric, total.value)}
      </span>
      {isCompared && (
        <span class="block h-5 tabular-nums text-[0.8125rem] sm:text-sm">
          {change && (
            <>
              <span class={TONES[change.tone]}>{change.text}</span>
              <span class="sr-only"> {t(`metric.${change.tone}`)}</span>
            </>
          )}
        </span>
      )}
    </button>
  );
}
