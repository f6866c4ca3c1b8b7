// Numbers for people: counts, percentages, durations and changes, all through Intl.

import type { Metric } from "../api/types";
import { locale, tn } from "../i18n";
import { once } from "./once";

const format = (options: Intl.NumberFormatOptions) => once(() => new Intl.NumberFormat(locale, options));

const count = format({ maximumFractionDigits: 0 });
const large = format({ notation: "compact", maximumFractionDigits: 2 });
const decimal = format({ maximumFractionDigits: 2 });
const percent = format({ style: "percent", maximumFractionDigits: 0 });
const share = format({ style: "percent", maximumFractionDigits: 1 });
const signed = format({ signDisplay: "exceptZero", maximumFractionDigits: 0 });
const signedPercent = format({ style: "percent", signDisplay: "exceptZero", maximumFractionDigits: 0 });
const axis = format({ notation: "compact", maximumFractionDigits: 1 });
/** Number and unit without the space that some languages put between: these stand in narrow places. */
const unit = (name: string, digits = 1) => {
  const written = format({
    style: "unit",
    unit: name,
    unitDisplay: "narrow",
    minimumIntegerDigits: digits,
    maximumFractionDigits: 0,
  });
  return { format: (value: number) => written().format(value).replace(/\s/g, "") };
};
const hours = unit("hour");
const minutes = unit("minute");
const paddedMinutes = unit("minute", 2);
const seconds = unit("second");
const paddedSeconds = unit("second", 2);

/** "71,388"; from a million on "1.23M". */
export function formatCount(value: number): string {
  return value >= 1_000_000 ? large().format(value) : count().format(value);
}

/** All digits. */
export function formatExact(value: number): string {
  return count().format(value);
}

/** "41%" of 41. */
function formatPercent(value: number): string {
  return percent().format(value / 100);
}

/** "12.5%" of 12.5: the share of a row. What is there is never nothing: "<0.1%". */
export function formatShare(value: number): string {
  return value > 0 && value < 0.05
    ? `<${share().format(0.001)}`
    : share().format(Math.round(value * 10) / 1000);
}

/** "38s", "2m 38s", "1h 04m" of seconds. */
export function formatDuration(value: number): string {
  const total = Math.round(value);
  if (total < 60) return seconds.format(total);
  const minute = Math.floor(total / 60);
  if (minute < 60) return `${minutes.format(minute)} ${paddedSeconds.format(total % 60)}`;
  return `${hours.format(Math.floor(minute / 60))} ${paddedMinutes.format(minute % 60)}`;
}

export function formatMetric(metric: Metric, value: number): string {
  switch (metric) {
    case "bounce_rate":
      return formatPercent(value);
    case "visit_duration":
      return formatDuration(value);
    case "views_per_visit":
      return decimal().format(value);
    default:
      return formatCount(value);
  }
}

/** Short enough for the axis of the chart. */
export function formatAxis(metric: Metric, value: number): string {
  if (metric === "bounce_rate" || metric === "visit_duration") return formatMetric(metric, value);
  return axis().format(value);
}

type Tone = "better" | "worse" | "same";

/** A change as text with its sign, and whether it is good: fewer bounces are, fewer visitors are not. */
export function formatChange(metric: Metric, change: number): { text: string; tone: Tone } {
  const text =
    metric === "bounce_rate"
      ? tn("metric.points", Math.abs(change), { value: signed().format(change) })
      : signedPercent().format(change / 100);
  const good = metric === "bounce_rate" ? -change : change;
  return { text: text.replace("-", "−"), tone: good > 0 ? "better" : good < 0 ? "worse" : "same" };
}
