// What a reader looks at, and the address that says it. Defaults are left out, unknown words fall back to them,
// so that an old or mistyped link still shows something.

import {
  type Comparison,
  type DashboardQuery,
  type DateRange,
  type HeadlineMetric,
  INTERVALS,
  type Interval,
  METRICS,
  type PanelName,
  type Preset,
} from "../api/types";
import { decodeFilter, encodeFilter, type Filter, toApi } from "./filters";
import { urls } from "./urls";

/** In groups, as the picker shows them. */
export const PRESET_GROUPS: readonly (readonly Preset[])[] = [
  ["day", "yesterday", "24h"],
  ["7d", "28d", "30d", "91d"],
  ["week", "month", "year"],
  ["6mo", "12mo", "all"],
];
const PRESETS = PRESET_GROUPS.flat();
export const COMPARISONS = ["previous_period", "year_over_year"] as const satisfies readonly Comparison[];
export const UTM_PANELS = [
  "utm_campaigns",
  "utm_sources",
  "utm_mediums",
  "utm_contents",
  "utm_terms",
] as const satisfies readonly PanelName[];

/** The tabs of each card, in their order. `map` draws what `countries` lists. */
export const TABS = {
  pages: ["pages", "entry_pages", "exit_pages"],
  sources: ["sources", "channels", "referrers", "campaigns"],
  locations: ["map", "countries", "regions", "cities", "languages"],
  devices: ["browsers", "os", "screens", "devices"],
  events: ["events"],
} as const;
export type Card = keyof typeof TABS;
export type Tab<C extends Card = Card> = (typeof TABS)[C][number];

/** What is happening now, instead of a range of days. */
export const REALTIME = "realtime";
export type Period = DateRange | typeof REALTIME;

/** What a tab takes its rows from, but for the campaigns, which have five. */
type ListTab = Exclude<Tab, "map" | "campaigns">;

export interface View {
  /** The last half hour, whatever the period. */
  realtime: boolean;
  period: DateRange;
  comparison: Comparison | null;
  filters: Filter[];
  metric: HeadlineMetric;
  interval: Interval | null;
  tabs: { [C in Card]: Tab<C> };
  /** Which of the five UTM parameters the tab Campaigns shows. */
  utm: (typeof UTM_PANELS)[number];
  /** The browser or system of the chosen tab whose versions the card Devices shows. */
  versions: string | null;
  /** The ranking whose full table is open. */
  all: PanelName | null;
  /** The chart as a table of its numbers. */
  table: boolean;
}

/** The rankings of the cards, each of which has a full table. */
const RANKINGS = [
  ...(Object.values(TABS).flat() as readonly Tab[]).filter(
    (tab): tab is ListTab => tab !== "map" && tab !== "campaigns",
  ),
  ...UTM_PANELS,
] as const satisfies readonly PanelName[];

export const DEFAULT_VIEW: View = {
  realtime: false,
  period: "30d",
  comparison: "previous_period",
  filters: [],
  metric: "visitors",
  interval: null,
  tabs: {
    pages: "pages",
    sources: "sources",
    locations: "countries",
    devices: "browsers",
    events: "events",
  },
  utm: "utm_campaigns",
  versions: null,
  all: null,
  table: false,
};

const DATE = /^\d{4}-\d\d-\d\d$/;

/** Reads the query part of an address. */
export function decodeView(search: string): View {
  const params = new URLSearchParams(search);
  const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | undefined =>
    allowed.find((word) => word === params.get(name));
  const tab = <C extends Card>(card: C): Tab<C> =>
    oneOf<Tab<C>>(card, TABS[card]) ?? (DEFAULT_VIEW.tabs[card] as Tab<C>);

  return {
    realtime: params.get("period") === REALTIME && !params.has("from"),
    period: decodePeriod(params),
    comparison:
      params.get("compare") === "none" ? null : (oneOf("compare", COMPARISONS) ?? DEFAULT_VIEW.comparison),
    filters: params
      .getAll("f")
      .map(decodeFilter)
      .filter((filter) => filter !== null),
    metric: oneOf("metric", METRICS) ?? DEFAULT_VIEW.metric,
    interval: oneOf("interval", INTERVALS) ?? null,
    tabs: {
      pages: tab("pages"),
      sources: tab("sources"),
      locations: tab("locations"),
      devices: tab("devices"),
      events: tab("events"),
    },
    utm: oneOf("utm", UTM_PANELS) ?? DEFAULT_VIEW.utm,
    versions: params.get("versions") || null,
    all: oneOf<PanelName>("all", RANKINGS) ?? null,
    table: params.get("chart") === "table",
  };
}

function decodePeriod(params: URLSearchParams): DateRange {
  const from = params.get("from") ?? "";
  const to = params.get("to") ?? "";
  if (DATE.test(from) && DATE.test(to) && from <= to) return [from, to];
  return PRESETS.find((preset) => preset === params.get("period")) ?? DEFAULT_VIEW.period;
}

/** Writes the query part, with its question mark, or nothing for the default view. */
export function encodeView(view: View): string {
  const pairs: [string, string][] = [];
  const add = (name: string, value: string | null, standard: string | null) => {
    if (value !== standard && value !== null) pairs.push([name, value]);
  };
  if (view.realtime) pairs.push(["period", REALTIME]);
  else if (typeof view.period === "string") add("period", view.period, DEFAULT_VIEW.period as string);
  else pairs.push(["from", view.period[0]], ["to", view.period[1]]);
  add("compare", view.comparison ?? "none", DEFAULT_VIEW.comparison);
  for (const filter of view.filters) pairs.push(["f", encodeFilter(filter)]);
  add("metric", view.metric, DEFAULT_VIEW.metric);
  add("interval", view.interval, null);
  for (const card of Object.keys(TABS) as Card[]) add(card, view.tabs[card], DEFAULT_VIEW.tabs[card]);
  add("utm", view.utm, DEFAULT_VIEW.utm);
  add("versions", view.versions, null);
  add("all", view.all, null);
  add("chart", view.table ? "table" : null, null);
  if (pairs.length === 0) return "";
  return `?${pairs.map(([name, value]) => `${name}=${encodeValue(value)}`).join("&")}`;
}

/** Leaves readable what a query may contain: slashes, colons, commas. */
function encodeValue(value: string): string {
  return encodeURIComponent(value).replace(/%(2F|3A|2C|40)/g, decodeURIComponent);
}

/** What choosing a period changes. The interval was chosen for the one before. */
export function periodChange(period: Period): Partial<View> {
  return period === REALTIME ? { realtime: true } : { realtime: false, period, interval: null };
}

export function viewHref(site: string, view: View): string {
  return urls.site(site) + encodeView(view);
}

/** How a shared dashboard is framed: without its header, in a theme and a language that the page around it asks for. */
export interface Frame {
  embed: boolean;
  theme: (typeof FRAME_THEMES)[number] | null;
  /** A language tag, whether there is such a catalogue or not. */
  lang: string | null;
}
const FRAME_THEMES = ["light", "dark", "system"] as const;

export function frameOf(search: string): Frame {
  const params = new URLSearchParams(search);
  const lang = params.get("lang") ?? "";
  return {
    embed: ["true", "1"].includes(params.get("embed") ?? ""),
    theme: FRAME_THEMES.find((theme) => theme === params.get("theme")) ?? null,
    lang: /^[a-z]{2,3}(-[a-z\d]{2,8})*$/i.test(lang) ? lang : null,
  };
}

/** The words of a frame, without a question mark. */
export function encodeFrame({ embed, theme, lang }: Frame): string {
  return [
    ...(embed ? ["embed=true"] : []),
    ...(theme ? [`theme=${theme}`] : []),
    ...(lang ? [`lang=${lang}`] : []),
  ].join("&");
}

export function shareHref(slug: string, view: View, frame: Frame): string {
  const all = [encodeFrame(frame), encodeView(view).slice(1)].filter((words) => words !== "").join("&");
  return urls.share(slug) + (all && `?${all}`);
}

/** The question to the server that a view stands for. */
export function queryOf(view: View): DashboardQuery {
  return {
    date_range: view.period,
    filters: toApi(view.filters),
    comparison: view.period === "all" ? null : view.comparison,
    ...(view.interval && intervalsOf(view.period).includes(view.interval) ? { interval: view.interval } : {}),
  };
}

/** The intervals that make sense for a period: between two and a few hundred points. */
export function intervalsOf(period: DateRange): Interval[] {
  switch (typeof period === "string" ? period : "custom") {
    case "day":
    case "yesterday":
    case "24h":
      return ["hour"];
    case "7d":
    case "week":
      return ["hour", "day"];
    case "28d":
    case "30d":
    case "month":
      return ["day", "week"];
    case "91d":
    case "6mo":
      return ["day", "week", "month"];
    case "12mo":
    case "year":
      return ["day", "week", "month"];
    case "all":
      return ["week", "month"];
    default: {
      const [from, to] = period as [string, string];
      const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
      if (days <= 1) return ["hour"];
      if (days <= 7) return ["hour", "day"];
      if (days <= 62) return ["day", "week"];
      if (days <= 366) return ["day", "week", "month"];
      return ["week", "month"];
    }
  }
}
