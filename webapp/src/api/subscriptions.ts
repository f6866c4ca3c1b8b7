// The GraphQL subscriptions of one viewer, over one lazily opened socket. Retrying is `keepLive`'s business.

import { type Client, createClient } from "graphql-ws";
import { urls } from "../lib/urls";
import { LIVE_DASHBOARD, LIVE_EVENTS, LIVE_VISITORS } from "./documents";
import type { Dashboard, DashboardQuery, LiveEvent } from "./types";

interface Sink<T> {
  next(value: T): void;
  ended(): void;
}

export interface Subscriptions {
  subscribeDashboard(siteId: string, query: DashboardQuery, sink: Sink<Dashboard>): () => void;
  subscribeVisitors(siteId: string, sink: Sink<number>): () => void;
  /** Events as they happen; says nothing until the first. Not for readers of share links. */
  subscribeEvents(siteId: string, sink: Sink<LiveEvent>): () => void;
  /** Ends the socket, for instance when the user logs out. */
  closeSocket(): void;
}

/** A ping is answered within this time, or the connection is given up. */
const ANSWER_MS = 5_000;

/** `onEnded` hears of each subscription that ended without having been ended here. */
export function createSubscriptions(
  token: () => Promise<string | null>,
  onEnded?: () => void,
): Subscriptions {
  let client: Client | undefined;
  let unanswered: ReturnType<typeof setTimeout> | undefined;

  function socket(): Client {
    client ??= createClient({
      url: urls.socket,
      lazyCloseTimeout: 5_000,
      keepAlive: 20_000,
      retryAttempts: 0,
      connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
      on: {
        // A connection that died without a word, for instance while the computer slept, answers no ping.
        ping: (received) => {
          if (!received) unanswered = setTimeout(() => client?.terminate(), ANSWER_MS);
        },
        pong: (received) => {
          if (received) clearTimeout(unanswered);
        },
        closed: () => clearTimeout(unanswered),
      },
    });
    return client;
  }

  function subscribe<T extends object>(
    query: string,
    variables: Record<string, unknown>,
    sink: Sink<T>,
  ): () => void {
    let over = false;
    const ended = () => {
      if (over) return;
      over = true;
      onEnded?.();
      sink.ended();
    };
    const close = socket().subscribe<T>(
      { query, variables },
      {
        next: ({ data, errors }) => {
          if (data && !errors?.length) sink.next(data);
          else ended();
        },
        error: ended,
        complete: ended,
      },
    );
    return () => {
      over = true;
      close();
    };
  }

  return {
    subscribeDashboard: (siteId, query, sink) =>
      subscribe<{ liveDashboard: Dashboard }>(
        LIVE_DASHBOARD,
        { siteId, query },
        { next: (data) => sink.next(data.liveDashboard), ended: sink.ended },
      ),

    subscribeVisitors: (siteId, sink) =>
      subscribe<{ liveVisitors: number }>(
        LIVE_VISITORS,
        { siteId },
        { next: (data) => sink.next(data.liveVisitors), ended: sink.ended },
      ),

    subscribeEvents: (siteId, sink) =>
      subscribe<{ liveEvents: LiveEvent }>(
        LIVE_EVENTS,
        { siteId },
        { next: (data) => sink.next(data.liveEvents), ended: sink.ended },
      ),

    closeSocket() {
      void client?.dispose();
      client = undefined;
    },
  };
}
