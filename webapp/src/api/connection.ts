// One viewer's way to the numbers: requests and a socket that carry the same token. Whose token that is, a member's or
// that of the reader of a share link, is the business of those who make the connection.

import { createApiClient, read, type Send } from "./http";
import { createSubscriptions, type Subscriptions } from "./subscriptions";
import type { Dashboard, DashboardQuery, QueryAnswer, RowsQuestion } from "./types";

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
  };
}
