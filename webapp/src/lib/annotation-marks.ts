// Where annotations stand on the chart: the bucket that holds their day. Pure.

import type { Annotation, Interval, TimeSeries } from "../api/types";
import { parseLabel } from "./dates";

const DAY = 24 * 3_600_000;

/** Annotations by index of their bucket, in the order of their days; those outside the series are missing. */
export function annotationMarks(
  { labels, interval }: Pick<TimeSeries, "labels" | "interval">,
  annotations: readonly Annotation[],
): Map<number, Annotation[]> {
  const days = labels.map((label) => label.slice(0, 10));
  const end = dayAfter(days.at(-1), interval);
  const marks = new Map<number, Annotation[]>();
  for (const annotation of [...annotations].sort(byDate)) {
    const index = bucketOf(annotation.date, days, end);
    if (index < 0) continue;
    marks.set(index, [...(marks.get(index) ?? []), annotation]);
  }
  return marks;
}

/** The first bucket of the day, else the last one that begins before it; -1 outside of the series. */
function bucketOf(date: string, days: readonly string[], end: string): number {
  const first = days.indexOf(date);
  return first >= 0 ? first : date < end ? days.findLastIndex((day) => day < date) : -1;
}

/** The first day that the last bucket no longer holds. A week ends on Sunday, wherever it begins. */
function dayAfter(last: string | undefined, interval: Interval): string {
  if (last === undefined) return "";
  const date = parseLabel(last);
  if (interval === "month") date.setUTCMonth(date.getUTCMonth() + 1, 1);
  else if (interval === "week") date.setTime(date.getTime() + (7 - ((date.getUTCDay() + 6) % 7)) * DAY);
  else date.setTime(date.getTime() + DAY);
  return date.toISOString().slice(0, 10);
}

const byDate = (one: Annotation, other: Annotation) =>
  one.date.localeCompare(other.date) || one.created_at.localeCompare(other.created_at);

/** The day to begin with when one is added: that of the bucket read last, else the last one that has begun. */
export function dayToAnnotate({ labels, now_index }: TimeSeries, read: number | null, today: string): string {
  const index = read ?? now_index ?? labels.length - 1;
  const day = labels[index]?.slice(0, 10) ?? today;
  return read === null && day < today && index === now_index ? today : day;
}
