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
export type Panels = Schemas["Panels"];
export type Dashboard = Schemas["Dashboard"] & { time_series: TimeSeries };

export type Realtime = Schemas["Realtime"];
export type Minute = Schemas["Minute"];
/** What the feed asks for of an event. */
export interface LiveEvent {
  at: string;
  kind: "pageview" | "custom" | "engagement";
  name: string;
  page: string;
  source: string;
  country: string;
  browser: string;
}

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
export type ApiFilter =
  | [operator: string, dimension: string, values: string[]]
  | [operator: string, dimension: string, values: string[], options: { case_sensitive: boolean }];

export interface DashboardQuery {
  date_range: DateRange;
  filters?: ApiFilter[];
  comparison?: Comparison | null;
  interval?: Interval;
}

/** Numbers that the query language has beside those of a series. */
export type RowMetric = Metric | "time_on_page" | "scroll_depth" | "exit_rate";

/** What the query language is asked for a table: numbers by a dimension, and maybe by what its values are called. */
export interface RowsQuestion {
  date_range: DateRange;
  metrics: RowMetric[];
  dimensions: string[];
  filters: ApiFilter[];
  order_by: [key: string, direction: "asc" | "desc"][];
  pagination: { limit: number; offset: number };
}

/** What the query language answers. */
export interface QueryAnswer {
  results: { metrics: (number | null)[]; dimensions: string[] }[];
  meta: { total_rows?: number };
}

/** A site as the page of all sites shows it. */
export type OverviewSite = Schemas["SiteOverview"];
export type OverviewPage = Schemas["Overview"];
/** What the server has seen of a site's hits within the last hour, and did not count. */
export type Arrivals = Schemas["SiteArrivals"];
/** Filters of a site under a name, as the query language has them: more than pills can show. */
export type Segment = Named<Schemas["Segment"], { filters: unknown[] }>;
/** Something that happened on a day of the site, marked on its chart. */
export type Annotation = Schemas["Annotation"];
