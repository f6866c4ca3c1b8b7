// The GraphQL subscriptions of the app, over one lazily opened socket. Retrying is `keepLive`'s business.

import { type Client, createClient } from "graphql-ws";
import { urls } from "../lib/urls";
import { LIVE_DASHBOARD, LIVE_VISITORS } from "./documents";
import { auth } from "./session";
import type { Dashboard, DashboardQuery } from "./types";

let client: Client | undefined;

function socket(): Client {
  client ??= createClient({
    url: urls.socket,
    lazyCloseTimeout: 5_000,
    keepAlive: 20_000,
    retryAttempts: 0,
    connectionParams: async () => ({ authorization: `Bearer ${await auth.freshToken()}` }),
  });
  return client;
}

interface Sink<T> {
  next(value: T): void;
  ended(): void;
}

function subscribe<T extends object>(
  query: string,
  variables: Record<string, unknown>,
  sink: { next(data: T): void; ended(): void },
): () => void {
  return socket().subscribe<T>(
    { query, variables },
    {
      next: ({ data, errors }) => {
        if (data && !errors?.length) sink.next(data);
        else sink.ended();
      },
      error: () => sink.ended(),
      complete: () => sink.ended(),
    },
  );
}

export function subscribeDashboard(siteId: string, query: DashboardQuery, sink: Sink<Dashboard>): () => void {
  return subscribe<{ liveDashboard: Dashboard }>(
    LIVE_DASHBOARD,
    { siteId, query },
    { next: (data) => sink.next(data.liveDashboard), ended: sink.ended },
  );
}

export function subscribeVisitors(siteId: string, sink: Sink<number>): () => void {
  return subscribe<{ liveVisitors: number }>(
    LIVE_VISITORS,
    { siteId },
    { next: (data) => sink.next(data.liveVisitors), ended: sink.ended },
  );
}

/** Ends the socket, for instance when the user logs out. */
export function closeSocket(): void {
  void client?.dispose();
  client = undefined;
}
