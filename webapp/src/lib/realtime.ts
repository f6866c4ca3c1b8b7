// What happens now as data: the bars of the last half hour, the feed of events, how long ago something was.

import type { LiveEvent, Minute } from "../api/types";
import { locale, t } from "../i18n";

export interface Bar {
  /** RFC 3339. */
  minute: string;
  /** Minutes before now; 0 is the one that is not over. */
  ago: number;
  visitors: number;
  pageviews: number;
  /** Of the highest, 0 to 1. */
  height: number;
}

/** One bar a minute, oldest first, all of one scale. */
export function barsOf(minutes: readonly Minute[]): Bar[] {
  const most = Math.max(1, ...minutes.map(({ visitors }) => visitors));
  return minutes.map((minute, index) => ({
    ...minute,
    ago: minutes.length - 1 - index,
    height: minute.visitors / most,
  }));
}

/** Visitors of these minutes at their busiest; of several such the latest. */
export function busiest(bars: readonly Bar[]): Bar | undefined {
  return bars.findLast(({ height }) => height === 1);
}

/** A row of the feed. Events have no id, and two may be equal to the millisecond. */
export interface FeedRow extends LiveEvent {
  key: number;
}

/** Rows that the feed keeps. */
export const FEED_ROWS = 50;

/** What is shown of new events, newest first: engagement is no news. `nextKey` is that of the first of them. */
export function addToFeed(
  rows: readonly FeedRow[],
  events: readonly LiveEvent[],
  nextKey: number,
): FeedRow[] {
  const news = events
    .map((event, index) => ({ ...event, key: nextKey + index }))
    .filter(({ kind }) => kind !== "engagement")
    .reverse();
  return [...news, ...rows].slice(0, FEED_ROWS);
}

/** How many rows came above the first one that is held still. */
export function newsAbove(rows: readonly FeedRow[], held: readonly FeedRow[]): number {
  const newest = held[0]?.key ?? -1;
  return rows.filter(({ key }) => key > newest).length;
}

const relative = new Intl.RelativeTimeFormat(locale, { style: "narrow" });

/** Writes instants as "10:42 PM", in the timezone of the site as everything else of it. */
export function clockIn(timeZone: string): (instant: string) => string {
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone });
  return (instant) => clock.format(new Date(instant));
}

/** "now", "12s ago", "3m ago": coarse enough not to flicker. */
export function shortAgo(instant: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(instant)) / 1000));
  if (seconds < 5) return t("realtime.now");
  if (seconds < 60) return relative.format(-5 * Math.floor(seconds / 5), "second");
  return relative.format(-Math.floor(seconds / 60), "minute");
}
