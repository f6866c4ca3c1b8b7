// One viewer's way to the numbers: requests and a socket that carry the same token. Whose token that is, a member's or
// that of the reader of a share link, is the business of those who make the connection.

import { createApiClient, read, type Send } from "./http";
import { createSubscriptions, type Subscriptions } from "./subscriptions";
import type {
  ApiFilter,
  Dashboard,
  DashboardQuery,
  DateRange,
  QueryAnswer,
  Realtime,
  RowsQuestion,
} from "./types";

/** How a viewer proves who they are. */
export interface Credentials {
  /** Sends a request with the token. */
  send: Send;
  /** A token that is good for a while, for the socket; `null` when there is none. */
  token(): Promise<string | null>;
  /** A subscription ended that nobody here has ended. */
  onEnded?(): void;
}

export interface Connection extends Subscriptions {
  getDashboard(site: string, body: DashboardQuery, signal?: AbortSignal): Promise<Dashboard>;
  /** One page of the rows of a table, in the query language. */
  listRows(site: string, question: RowsQuestion, signal?: AbortSignal): Promise<QueryAnswer>;
  /** The most visited values of a dimension; of regions also their names. */
  listValues(
    site: string,
    question: { date_range: DateRange; dimension: string; filters: ApiFilter[]; limit: number },
    signal?: AbortSignal,
  ): Promise<QueryAnswer>;
  getRealtime(site: string, signal?: AbortSignal): Promise<Realtime>;
}

export function createConnection(credentials: Credentials): Connection {
  const client = createApiClient(credentials.send);
  return {
    ...createSubscriptions(credentials.token, credentials.onEnded),

    getDashboard: (site, body, signal) =>
      read(
        client.POST("/v1/sites/{site}/dashboard", { params: { path: { site } }, body, signal }),
      ) as Promise<Dashboard>,

    listRows: (site, question, signal) =>
      read(
        client.POST("/v2/query", {
          body: { site_id: site, ...question, include: { total_rows: true } },
          signal,
        }),
      ) as Promise<QueryAnswer>,

    listValues: (site, { date_range, dimension, filters, limit }, signal) =>
      read(
        client.POST("/v2/query", {
          body: {
            site_id: site,
            metrics: ["visitors"],
            date_range,
            dimensions: dimension === "visit:region" ? [dimension, "visit:region_name"] : [dimension],
            filters,
            pagination: { limit },
          },
          signal,
        }),
      ) as Promise<QueryAnswer>,

    getRealtime: (site, signal) =>
      read(client.GET("/v1/sites/{site}/realtime", { params: { path: { site } }, signal })),
  };
}
