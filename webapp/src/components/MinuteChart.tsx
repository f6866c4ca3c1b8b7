// Bars of the last half hour: for eyes and pointers bars, for the keyboard arrow keys, for screen readers a table.

import { useMemo, useState } from "preact/hooks";
import type { Minute } from "../api/types";
import { t, tn } from "../i18n";
import { formatExact } from "../lib/format";
import { type Bar, barsOf, busiest, clockIn } from "../lib/realtime";

export function MinuteChart({ minutes, timezone }: { minutes: readonly Minute[]; timezone: string }) {
  const clockOf = useMemo(() => clockIn(timezone), [timezone]);
  const [chosen, setChosen] = useState<number | null>(null);
  const bars = barsOf(minutes);
  const bar = chosen === null ? undefined : bars[chosen];
  const peak = busiest(bars);
  const total = bars.reduce((sum, { pageviews }) => sum + pageviews, 0);
  const summary = peak
    ? t("realtime.summary", {
        views: formatExact(total),
        peak: tn("realtime.visitors", peak.visitors),
        at: clockOf(peak.minute),
      })
    : t("realtime.summary_quiet");

  const onKeyDown = (event: KeyboardEvent) => {
    const last = bars.length - 1;
    const at = chosen ?? last + 1;
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape" && chosen !== null) {
      event.stopPropagation();
      setChosen(null);
    }
    if (next === undefined) return;
    event.preventDefault();
    setChosen(Math.max(0, Math.min(last, next)));
  };

  return (
    <figure>
      <p role={chosen === null ? undefined : "status"} class="h-5 truncate text-[0.8125rem] text-quiet">
        {bar ? wordsOf(bar, clockOf) : tn("realtime.by_minute", bars.length)}
      </p>
      <svg
        role="img"
        aria-label={summary}
        viewBox={`0 0 ${bars.length * 10} 100`}
        preserveAspectRatio="none"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys walk through the minutes
        tabIndex={0}
        class="mt-2 h-40 w-full rounded-sm sm:h-48"
        onKeyDown={onKeyDown}
        onBlur={() => setChosen(null)}
        onPointerLeave={() => setChosen(null)}
      >
        {bars.map((one, index) => (
          <g key={one.minute} onPointerEnter={() => setChosen(index)}>
            <rect x={index * 10} y={0} width={10} height={100} class="fill-transparent" />
            <rect
              x={index * 10 + 1}
              y={100 - barHeight(one)}
              width={8}
              height={barHeight(one)}
              class={`${one.pageviews === 0 ? "fill-line" : index === chosen ? "fill-primary" : one.ago === 0 ? "fill-accent/55" : "fill-accent"} transition-[y,height] duration-300 motion-reduce:transition-none`}
            />
          </g>
        ))}
      </svg>
      <div aria-hidden="true" class="mt-1 flex justify-between text-xs text-quiet">
        <span>{bars[0] && clockOf(bars[0].minute)}</span>
        <span>{t("realtime.now")}</span>
      </div>
      <div class="sr-only">
        <table>
          <caption>{summary}</caption>
          <thead>
            <tr>
              <th scope="col">{t("chart.time")}</th>
              <th scope="col">{t("metric.visitors")}</th>
              <th scope="col">{t("metric.pageviews")}</th>
            </tr>
          </thead>
          <tbody>
            {bars.map((one) => (
              <tr key={one.minute}>
                <th scope="row">{clockOf(one.minute)}</th>
                <td>{formatExact(one.visitors)}</td>
                <td>{formatExact(one.pageviews)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

/** In a hundredth of the picture; a minute in which nothing happened is a line. */
const barHeight = ({ height }: Bar): number => Math.max(1, height * 100);

function wordsOf({ minute, visitors, pageviews, ago }: Bar, clockOf: (instant: string) => string): string {
  const words = t("realtime.bar", {
    time: clockOf(minute),
    visitors: tn("realtime.visitors", visitors),
    views: tn("realtime.views", pageviews),
  });
  return ago === 0 ? `${words} · ${t("chart.until_now")}` : words;
}
