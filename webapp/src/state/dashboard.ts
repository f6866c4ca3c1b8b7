// What a viewer's dashboard shows: first over HTTP, then kept live. One question at a time.

import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Connection } from "../api/connection";
import { keepLive, type LiveState, type LiveWorld } from "../api/live";
import { type ApiError, toApiError } from "../api/problem";
import type { Dashboard, DashboardQuery } from "../api/types";
import { learnNames } from "../lib/names";

export interface Board {
  data: ReadonlySignal<Dashboard | null>;
  error: ReadonlySignal<ApiError | null>;
  /** The shown numbers answer an earlier question; the new answer is on its way. */
  isRefreshing: ReadonlySignal<boolean>;
  live: ReadonlySignal<LiveState>;
  /** Asks for a dashboard and keeps it current until the returned function is called. */
  open(site: string, query: DashboardQuery): () => void;
  forget(): void;
}

export function createBoard(
  connection: Pick<Connection, "getDashboard" | "subscribeDashboard">,
  world: LiveWorld,
): Board {
  const data = signal<Dashboard | null>(null);
  const error = signal<ApiError | null>(null);
  const isRefreshing = signal(false);
  const live = signal<LiveState>("connecting");

  const show = (answer: Dashboard) =>
    batch(() => {
      for (const panel of [answer.panels.regions, answer.panels.cities]) if (panel) learnNames(panel);
      data.value = answer;
      isRefreshing.value = false;
    });

  function open(site: string, query: DashboardQuery): () => void {
    const controller = new AbortController();
    let stopLive: (() => void) | null = null;
    const shown = data.peek();

    batch(() => {
      error.value = null;
      isRefreshing.value = true;
      if (shown && shown.site.domain !== site && shown.site.id !== site) data.value = null;
    });

    connection.getDashboard(site, query, controller.signal).then(
      (answer) => {
        if (controller.signal.aborted) return;
        show(answer);
        stopLive = keepLive<Dashboard>(
          {
            subscribe: (sink) => connection.subscribeDashboard(answer.site.id, query, sink),
            poll: (signal) => connection.getDashboard(site, query, signal),
            onValue: show,
            onState: (state) => {
              live.value = state;
            },
          },
          world,
        );
      },
      (reason: unknown) => {
        if (controller.signal.aborted) return;
        batch(() => {
          error.value = toApiError(reason);
          isRefreshing.value = false;
        });
      },
    );

    return () => {
      controller.abort();
      stopLive?.();
    };
  }

  function forget(): void {
    data.value = null;
    error.value = null;
  }

  return { data, error, isRefreshing, live, open, forget };
}
