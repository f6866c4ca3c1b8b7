// Instants of the server in the reader's own timezone: dates, moments, and how long ago.

import { locale, t } from "../i18n";
import { today } from "./dates";
import { ownTimezone } from "./timezones";

const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
const dayTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

/** "Nov 24, 2026". */
export const dayOf = (instant: string): string => day.format(new Date(instant));

/** "Nov 24, 2026, 10:15 PM". */
export const momentOf = (instant: string): string => dayTime.format(new Date(instant));

/** The date of an instant as `YYYY-MM-DD`, for a field. */
export const fieldDay = (instant: string): string => today(ownTimezone(), new Date(instant));

/** The last second of a date, as the API writes instants. */
export function endOfDay(date: string): string {
  return `${new Date(`${date}T23:59:59`).toISOString().slice(0, 19)}Z`;
}

const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const UNITS = [
  ["minute", 60, 60],
  ["hour", 3_600, 24],
  ["day", 86_400, 30],
  ["month", 2_592_000, 12],
  ["year", 31_536_000, Number.POSITIVE_INFINITY],
] as const;

/** "just now", "5 minutes ago", "yesterday", "in 7 days". */
export function agoOf(instant: string, now = Date.now()): string {
  const seconds = (new Date(instant).getTime() - now) / 1000;
  if (Math.abs(seconds) < 60) return t("moment.now");
  for (const [unit, size, until] of UNITS) {
    const count = Math.round(seconds / size);
    if (Math.abs(count) < until) return relative.format(count, unit);
  }
  return dayOf(instant);
}
