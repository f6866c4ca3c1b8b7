// Dates in words. The server sends wall-clock labels of the site's timezone ("2026-09-10", "2026-09-10 15:00:00");
// they are read as UTC and written as UTC, so that no second conversion can move them.

import type { Interval } from "../api/types";
import { locale, t } from "../i18n";
import { once } from "./once";

const format = (options: Intl.DateTimeFormatOptions) =>
  once(() => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }));

const hour = format({ hour: "numeric" });
const dayShort = format({ month: "short", day: "numeric" });
const dayShortYear = format({ month: "short", day: "numeric", year: "numeric" });
const dayLong = format({ weekday: "long", month: "long", day: "numeric" });
const dayLongYear = format({ weekday: "long", month: "long", day: "numeric", year: "numeric" });
const dayHour = format({ weekday: "long", month: "short", day: "numeric", hour: "numeric" });
const shortDayHour = format({ month: "short", day: "numeric", hour: "numeric" });
const monthShort = format({ month: "short" });
const monthShortYear = format({ month: "short", year: "numeric" });
const monthLong = format({ month: "long", year: "numeric" });

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A label of the server as an instant in UTC. */
export function parseLabel(label: string): Date {
  return new Date(`${label.slice(0, 10)}T${label.length > 10 ? label.slice(11, 19) : "00:00:00"}Z`);
}

/** The wall-clock date of an RFC 3339 instant with offset, as UTC: the offset is that of the site. */
function wallClock(instant: string): Date {
  return new Date(`${instant.slice(0, 19)}Z`);
}

/** For the axis: "3 PM", "Oct 25", "Oct". */
export function tickLabel(label: string, interval: Interval, labels: readonly string[]): string {
  const date = parseLabel(label);
  const first = parseLabel(labels[0] ?? label);
  const last = parseLabel(labels.at(-1) ?? label);
  switch (interval) {
    case "hour":
      return last.getTime() - first.getTime() > 2 * DAY ? dayShort().format(date) : hour().format(date);
    case "month":
      return first.getUTCFullYear() === last.getUTCFullYear()
        ? monthShort().format(date)
        : monthShortYear().format(date);
    default:
      return last.getTime() - first.getTime() > 400 * DAY
        ? monthShortYear().format(date)
        : dayShort().format(date);
  }
}

/** For tooltips and tables: "Saturday, Oct 25, 3 – 4 PM", "Saturday, October 25", "Week of Oct 20 – 26", "October 2026". */
export function bucketWords(label: string, interval: Interval, thisYear = new Date().getFullYear()): string {
  const date = parseLabel(label);
  const sameYear = date.getUTCFullYear() === thisYear;
  switch (interval) {
    case "hour":
      return dayHour().formatRange(date, new Date(date.getTime() + HOUR));
    case "day":
      return (sameYear ? dayLong : dayLongYear)().format(date);
    case "week": {
      const sunday = new Date(date.getTime() + ((7 - date.getUTCDay()) % 7) * DAY);
      return t("chart.week_of", { range: (sameYear ? dayShort : dayShortYear)().formatRange(date, sunday) });
    }
    case "month":
      return monthLong().format(date);
  }
}

/** A day in words: "Oct 25", with its year when it is another. */
export function dayWords(day: string, thisYear = new Date().getFullYear()): string {
  const date = parseLabel(day);
  return (date.getUTCFullYear() === thisYear ? dayShort : dayShortYear)().format(date);
}

/** A range in words: "Oct 25 – Nov 23"; with hours when it does not start and end at midnight; with years when needed. */
export function rangeWords(from: string, to: string, thisYear = new Date().getFullYear()): string {
  const start = wallClock(from);
  let end = wallClock(to);
  const isMidnight = (date: Date) => date.getTime() % DAY === 0;
  if (!isMidnight(start)) return shortDayHour().formatRange(start, end);
  if (isMidnight(end) && end > start) end = new Date(end.getTime() - 1000);
  const plain = start.getUTCFullYear() === thisYear && end.getUTCFullYear() === thisYear;
  return (plain ? dayShort : dayShortYear)().formatRange(start, end);
}

const calendars = new Map<string, Intl.DateTimeFormat>();

/** Today in a timezone as `YYYY-MM-DD`. */
export function today(timezone: string, now = new Date()): string {
  let calendar = calendars.get(timezone);
  if (!calendar) {
    // In the reader's locale, whose data is there already: that of another one takes its time.
    calendar = new Intl.DateTimeFormat(locale, {
      calendar: "gregory",
      numberingSystem: "latn",
      timeZone: timezone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
    calendars.set(timezone, calendar);
  }
  const parts = calendar.formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? "";
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
}
