// What the dashboard shows: first over HTTP, then kept live. One question at a time.

import { batch, signal } from "@preact/signals";
import * as api from "../api/client";
import { browserWorld, keepLive, type LiveState } from "../api/live";
import { type ApiError, toApiError } from "../api/problem";
import { subscribeDashboard } from "../api/subscriptions";
import type { Dashboard, DashboardQuery } from "../api/types";

export const dashboard = signal<Dashboard | null>(null);
export const dashboardError = signal<ApiError | null>(null);
/** The shown numbers answer an earlier question; the new answer is on its way. */
export const isRefreshing = signal(false);
export const liveState = signal<LiveState>("connecting");

/** Asks for a dashboard and keeps it current until the returned function is called. */
export function openDashboard(site: string, query: DashboardQuery): () => void {
  const controller = new AbortController();
  let stopLive: (() => void) | null = null;
  const shown = dashboard.peek();

  batch(() => {
    dashboardError.value = null;
    isRefreshing.value = true;
    if (shown && shown.site.domain !== site && shown.site.id !== site) dashboard.value = null;
  });

  const show = (answer: Dashboard) =>
    batch(() => {
      dashboard.value = answer;
      isRefreshing.value = false;
    });

  api.getDashboard(site, query, controller.signal).then(
    (answer) => {
      if (controller.signal.aborted) return;
      show(answer);
      stopLive = keepLive<Dashboard>(
        {
          subscribe: (sink) => subscribeDashboard(answer.site.id, query, sink),
          poll: (signal) => api.getDashboard(site, query, signal),
          onValue: show,
          onState: (state) => {
            liveState.value = state;
          },
        },
        browserWorld,
      );
    },
    (error: unknown) => {
      if (controller.signal.aborted) return;
      batch(() => {
        dashboardError.value = toApiError(error);
        isRefreshing.value = false;
      });
    },
  );

  return () => {
    controller.abort();
    stopLive?.();
  };
}

export function forgetDashboard(): void {
  dashboard.value = null;
  dashboardError.value = null;
}
