// The API's vocabulary and answers. Written by hand after the working contract until the schema is generated.

export const METRICS = ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"] as const;
/** The five numbers of the dashboard, in their order. */
export type HeadlineMetric = (typeof METRICS)[number];
export type Metric = HeadlineMetric | "views_per_visit" | "events";

export const INTERVALS = ["hour", "day", "week", "month"] as const;
export type Interval = (typeof INTERVALS)[number];

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

export interface User {
  id: string;
  email: string;
  name: string;
  is_admin: boolean;
}
export interface Account {
  id: string;
  name: string;
  role: "owner" | "admin" | "viewer";
}
export interface Session {
  access_token: string;
  token_type: string;
  expires_in: number;
  user: User;
  account: Account;
}
export interface Instance {
  version: string;
  registration: "open" | "invite" | "closed";
  setup_required: boolean;
}
export interface Site {
  id: string;
  name: string;
  domain: string;
  timezone: string;
  tracking_token: string;
  created_at: string;
  first_event_at?: string | null;
  snippet: string;
}

export interface DashboardQuery {
  date_range: DateRange;
  filters?: ApiFilter[];
  comparison?: Comparison | null;
  timezone?: string;
  interval?: Interval;
}
export interface Total {
  value: number;
  previous?: number | null;
  change?: number | null;
}
export type Totals = Record<Metric, Total>;
export type Series = Record<Metric, number[]>;
export interface TimeSeries {
  interval: Interval;
  labels: string[];
  partial_last: boolean;
  current: Series;
  previous?: { labels: string[]; values: Series } | null;
}
export interface PanelRow {
  value: string;
  visitors: number;
  share: number;
}
export interface Panel {
  dimension: string;
  rows: PanelRow[];
}
export const PANEL_NAMES = [
  "pages",
  "entry_pages",
  "exit_pages",
  "channels",
  "sources",
  "referrers",
  "utm_sources",
  "utm_mediums",
  "utm_campaigns",
  "utm_contents",
  "utm_terms",
  "countries",
  "browsers",
  "os",
  "devices",
  "events",
] as const;
export type PanelName = (typeof PANEL_NAMES)[number];
export interface Dashboard {
  site: { id: string; domain: string; name: string; timezone: string };
  range: { from: string; to: string; timezone: string };
  comparison_range?: { from: string; to: string } | null;
  as_of: string;
  online: number;
  totals: Totals;
  time_series: TimeSeries;
  panels: Record<PanelName, Panel>;
  drops: { reason: string; count: number }[];
  notices: string[];
}

export interface QueryAnswer {
  results: { metrics: (number | null)[]; dimensions: string[] }[];
  meta: { total_rows?: number };
}
