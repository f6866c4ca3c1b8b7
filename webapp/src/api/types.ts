// The API's vocabulary and answers, by short names. What is in the generated schema comes from there;
// written here is what the schema leaves as plain text: words of the query language and of states.

import type { components } from "./schema";

type Schemas = components["schemas"];

/** A type of the schema with some of its properties told more closely. */
export type Named<T, Closer> = Omit<T, keyof Closer> & Closer;

/** What changes something: what is left out stays, and `null` takes away, for which the schema has no word. */
export type Change<T, Removable extends keyof T> = {
  [K in keyof T]: K extends Removable ? T[K] | null : T[K];
};
export const changeBody = <T, Removable extends keyof T>(change: Change<T, Removable>): T => change as T;

export type Role = "owner" | "admin" | "viewer";
export type User = Schemas["User"];
export type Account = Named<Schemas["Account"], { role: Role }>;
export type Session = Named<Schemas["Session"], { account: Account }>;
export type Instance = Schemas["Instance"];
export type Site = Schemas["Site"];
export type Total = Schemas["Total"];
export type Totals = Schemas["Totals"];
export type Panel = Schemas["Panel"];
export type PanelRow = Schemas["PanelRow"];
export type PanelName = keyof Schemas["Panels"];
export type Series = Schemas["Series"];
export type Metric = keyof Series;

export const INTERVALS = ["hour", "day", "week", "month"] as const;
export type Interval = (typeof INTERVALS)[number];
export type TimeSeries = Schemas["TimeSeries"] & { interval: Interval };
/** The panels of a dashboard; those that a share link does not show are missing. */
export type Panels = Partial<Record<PanelName, Panel | null>>;
export type Dashboard = Omit<Schemas["Dashboard"], "panels"> & { time_series: TimeSeries; panels: Panels };

/** The five numbers of the dashboard, in their order. */
export const METRICS = [
  "visitors",
  "visits",
  "pageviews",
  "bounce_rate",
  "visit_duration",
] as const satisfies readonly Metric[];
export type HeadlineMetric = (typeof METRICS)[number];

export type Preset =
  | "day"
  | "yesterday"
  | "24h"
  | "7d"
  | "28d"
  | "30d"
  | "91d"
  | "week"
  | "month"
  | "6mo"
  | "12mo"
  | "year"
  | "all";
export type DateRange = Preset | [from: string, to: string];
export type Comparison = "previous_period" | "year_over_year";
export type ApiFilter = [operator: string, dimension: string, values: string[]];

export interface DashboardQuery {
  date_range: DateRange;
  filters?: ApiFilter[];
  comparison?: Comparison | null;
  interval?: Interval;
}

/** What the query language answers. */
export interface QueryAnswer {
  results: { metrics: (number | null)[]; dimensions: string[] }[];
  meta: { total_rows?: number };
}

// generated once exported: the answers of /v1/overview and /v1/sites/{site}/arrivals

/** A site as the page of all sites shows it. */
export interface OverviewSite {
  id: string;
  domain: string;
  name: string;
  timezone: string;
  public: boolean;
  /** Missing until something was counted. */
  first_event_at?: string | null;
  online: number;
  /** Of today, in the site's timezone, so far. */
  visitors: number;
  /** Of yesterday, up to the same time. */
  previous_visitors: number;
  /** In whole percent. */
  change?: number | null;
  pageviews: number;
  /** The last 14 days, today included. */
  days: { date: string; visitors: number }[];
}

export interface OverviewPage {
  as_of: string;
  sites: OverviewSite[];
  next?: string | null;
}

/** What the server has seen of a site's hits within the last hour, and did not count. */
export interface Arrivals {
  first_event_at?: string | null;
  last_event_at?: string | null;
  drops: { reason: string; count: number; last_at: string }[];
  /** Refused before a site was known, from pages of its hosts. */
  refused: { reason: string; hostname: string; count: number; last_at: string }[];
}
