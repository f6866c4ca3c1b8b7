// What a share link lets its readers ask. The server enforces it; here it is what the pickers offer, and what of an
// address is taken seriously.

import type { ShareLink } from "../api/share-types";
import type { Comparison, Dashboard, DateRange, Preset } from "../api/types";
import { today } from "./dates";
import { decodeView, TABS, type Tab, UTM_PANELS, type View } from "./view";

/** The panels a link can show, in the order of the dashboard. `campaigns` stands for all five UTM parameters. */
export const SHARE_PANELS: readonly SharePanel[] = (Object.values(TABS).flat() as readonly Tab[]).filter(
  (tab): tab is SharePanel => tab !== "map",
);
export type SharePanel = Exclude<Tab, "map">;

export interface Limits {
  /** `null`: all panels. */
  panels: readonly string[] | null;
  properties: boolean;
  /** First and last local day that may be seen; `null` when the past is open. */
  first: string | null;
  last: string;
}

export type LinkLimits = Pick<ShareLink, "panels" | "properties" | "since" | "until" | "last_days">;

export function limitsOf(link: LinkLimits, timezone: string, now = new Date()): Limits {
  const day = today(timezone, now);
  const window = link.last_days ? addDays(day, 1 - link.last_days) : null;
  const since = link.since ?? null;
  return {
    panels: link.panels ?? null,
    properties: link.properties,
    first: since && window ? later(since, window) : (since ?? window),
    last: link.until ? earlier(link.until, day) : day,
  };
}

/** Whether a preset lies within what may be seen. All time always does: it means all that may be seen. */
export function offersPreset(limits: Limits, preset: Preset, day: string): boolean {
  if (preset === "all") return true;
  const [from, to] = presetDays(preset, day);
  return (limits.first === null || from >= limits.first) && to <= limits.last;
}

/** What happens now is part of today. */
export function offersRealtime(limits: Limits | null, day: string): boolean {
  return limits === null || ((limits.first === null || limits.first <= day) && day <= limits.last);
}

/** Whether the period a comparison is with begins within what may be seen. */
export function offersComparison(
  limits: Limits,
  comparison: Comparison,
  period: DateRange,
  day: string,
): boolean {
  if (limits.first === null) return true;
  if (period === "all") return false;
  const [from, to] = typeof period === "string" ? presetDays(period, day) : period;
  const before =
    comparison === "year_over_year" ? addMonths(from, -12) : addDays(from, -(daysBetween(from, to) + 1));
  return before >= limits.first;
}

/** What the `?…` of an address asks for: all of it, and what of that the viewer may see. */
export function viewsOf(
  search: string,
  limits: Limits | null,
  timezone: string | undefined,
): { asked: View; view: View } {
  const asked = decodeView(search);
  return { asked, view: limits ? limitView(asked, limits, today(timezone ?? "UTC")) : asked };
}

/** A view without what the link does not show: what a reader of the link can have meant. */
export function limitView(view: View, limits: Limits, day: string): View {
  const period = limitPeriod(view.period, limits, day);
  const isComparable = view.comparison !== null && offersComparison(limits, view.comparison, period, day);
  return {
    ...view,
    realtime: view.realtime && offersRealtime(limits, day),
    period,
    comparison: isComparable ? view.comparison : null,
    filters: view.filters.filter((filter) => offersDimension(limits, filter.dimension)),
  };
}

function limitPeriod(period: DateRange, limits: Limits, day: string): DateRange {
  if (typeof period === "string") {
    if (period !== "all" && offersPreset(limits, period, day)) return period;
    // As two days where both are known: then the chart finds an interval that fits.
    if (limits.first && limits.first <= limits.last) return [limits.first, limits.last];
    return "all";
  }
  const from = limits.first ? later(limits.first, period[0]) : period[0];
  const to = earlier(period[1], limits.last);
  return from <= to ? [from, to] : limitPeriod("all", limits, day);
}

const PANEL_DIMENSIONS: Partial<Record<string, string>> = {
  "event:page": "pages",
  "event:name": "events",
  "visit:entry_page": "entry_pages",
  "visit:exit_page": "exit_pages",
  "visit:source": "sources",
  "visit:referrer": "referrers",
  "visit:channel": "channels",
  "visit:country": "countries",
  "visit:region": "regions",
  "visit:city": "cities",
  "visit:language": "languages",
  "visit:screen": "screens",
  "visit:browser": "browsers",
  "visit:os": "os",
  "visit:device": "devices",
  ...Object.fromEntries(UTM_PANELS.map((panel) => [`visit:${panel.replace(/s$/, "")}`, "campaigns"])),
};

/** Whether one may filter by a dimension. What no panel shows, no link shows. */
export function offersDimension(limits: Limits, dimension: string): boolean {
  if (dimension.startsWith("event:props:")) return limits.properties;
  const panel = PANEL_DIMENSIONS[dimension];
  return panel !== undefined && (limits.panels === null || limits.panels.includes(panel));
}

/** All time through a link is the range that the dashboard was cut to: the query language does not cut. */
export function seenPeriod(
  limits: Limits | null,
  period: DateRange,
  range: Dashboard["range"] | undefined,
): DateRange {
  return limits && range && period === "all" ? [range.from.slice(0, 10), range.to.slice(0, 10)] : period;
}

/** Whether a period is all that the link shows. */
export function isWhole(limits: Limits, period: DateRange): boolean {
  return period === "all" || (period[0] === limits.first && period[1] === limits.last);
}

/** First and last local day of a preset, as the server reckons. */
export function presetDays(preset: Exclude<Preset, "all">, day: string): [from: string, to: string] {
  const count = /^(\d+)(d|mo)$/.exec(preset);
  if (count) {
    const n = Number(count[1]);
    return [count[2] === "d" ? addDays(day, 1 - n) : addMonths(`${day.slice(0, 8)}01`, 1 - n), day];
  }
  switch (preset) {
    case "yesterday":
      return [addDays(day, -1), addDays(day, -1)];
    case "24h":
      return [addDays(day, -1), day];
    case "week":
      return [addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7)), day];
    case "month":
      return [`${day.slice(0, 8)}01`, day];
    case "year":
      return [`${day.slice(0, 5)}01-01`, day];
    default:
      return [day, day];
  }
}

// Dates of this form compare as they follow each other.
const later = (one: string, other: string): string => [one, other].sort()[1] ?? one;
const earlier = (one: string, other: string): string => [one, other].sort()[0] ?? one;

const DAY_MS = 86_400_000;

function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

function addMonths(day: string, count: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + count);
  return date.toISOString().slice(0, 10);
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}
