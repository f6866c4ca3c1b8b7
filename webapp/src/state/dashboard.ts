// What a viewer's dashboard shows: first over HTTP, then kept live. One question at a time.

import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Connection } from "../api/connection";
import { backoff, keepLive, type LiveWorld } from "../api/live";
import { type ApiError, toApiError } from "../api/problem";
import type { Dashboard, DashboardQuery } from "../api/types";
import { learnNames } from "../lib/names";
import { createLine, type Line } from "./line";

/** What is left to the numbers to be drawn before a socket is opened that keeps them current. */
const LIVE_AFTER_MS = 100;

export interface Board {
  data: ReadonlySignal<Dashboard | null>;
  error: ReadonlySignal<ApiError | null>;
  /** The shown numbers answer an earlier question; the new answer is on its way. */
  isRefreshing: ReadonlySignal<boolean>;
  line: Line;
  /** Asks for a dashboard and keeps it current until the returned function is called. */
  open(site: string, query: DashboardQuery): () => void;
  /** Asks for who will open it in a moment: when the page is drawn, the answer is on its way, and then it is kept current. */
  begin(site: string, query: DashboardQuery): void;
  forget(): void;
}

/** A question on its way. */
interface Asked {
  /** Somebody looks by now: the answer is kept current. */
  watch(): void;
  close(): void;
}

export function createBoard(
  connection: Pick<Connection, "getDashboard" | "subscribeDashboard">,
  world: LiveWorld,
): Board {
  const data = signal<Dashboard | null>(null);
  const error = signal<ApiError | null>(null);
  const isRefreshing = signal(false);
  const line = createLine();

  const show = (answer: Dashboard) =>
    batch(() => {
      for (const panel of [answer.panels.regions, answer.panels.cities]) if (panel) learnNames(panel);
      // The first of a subscription is often what is shown already: then nothing is drawn again.
      if (!isSame(data.peek(), answer)) data.value = answer;
      error.value = null;
      isRefreshing.value = false;
      line.count(answer.online);
    });

  const keyOf = (site: string, query: DashboardQuery) => JSON.stringify([site, query]);
  let begun: ({ key: string } & Asked) | null = null;

  function begin(site: string, query: DashboardQuery): void {
    begun?.close();
    begun = { key: keyOf(site, query), ...ask(site, query) };
  }

  function open(site: string, query: DashboardQuery): () => void {
    const early = begun;
    begun = null;
    const isSame = early?.key === keyOf(site, query);
    if (!isSame) early?.close();
    const asked = isSame && early ? early : ask(site, query);
    asked.watch();
    return asked.close;
  }

  function ask(site: string, query: DashboardQuery): Asked {
    const controller = new AbortController();
    let stopLive: (() => void) | null = null;
    let next: ReturnType<typeof setTimeout> | undefined;
    const shown = data.peek();

    batch(() => {
      error.value = null;
      isRefreshing.value = true;
      if (shown && shown.site.domain !== site && shown.site.id !== site) {
        data.value = null;
        line.count(null);
      }
    });

    const request = (attempt: number): Promise<void> =>
      connection.getDashboard(site, query, controller.signal).then(keep, (reason: unknown) => {
        if (controller.signal.aborted) return;
        const problem = toApiError(reason);
        batch(() => {
          error.value = problem;
          isRefreshing.value = false;
        });
        // A server that is away comes back; what it refuses, it refuses again.
        if (isAway(problem))
          next = setTimeout(() => void request(attempt + 1), backoff(attempt, world.random()));
      });

    let isWatched = false;
    let shownId: string | null = null;
    const keep = (answer: Dashboard): void => {
      if (controller.signal.aborted) return;
      show(answer);
      shownId = answer.site.id;
      if (isWatched) keepCurrent(shownId);
    };
    const keepCurrent = (id: string): void => {
      next = setTimeout(() => {
        stopLive = keepLive<Dashboard>(
          {
            subscribe: (sink) => connection.subscribeDashboard(id, query, sink),
            poll: (signal) => connection.getDashboard(site, query, signal),
            onValue: show,
            onState: line.tell,
          },
          world,
        );
      }, LIVE_AFTER_MS);
    };
    void request(0);

    return {
      watch() {
        isWatched = true;
        if (shownId !== null) keepCurrent(shownId);
      },
      close() {
        controller.abort();
        clearTimeout(next);
        stopLive?.();
      },
    };
  }

  function forget(): void {
    data.value = null;
    error.value = null;
    line.count(null);
  }

  return { data, error, isRefreshing, line, open, begin, forget };
}

/** Whether two answers say the same, if at different times. */
const isSame = (one: Dashboard | null, other: Dashboard): boolean =>
  one !== null && JSON.stringify({ ...one, as_of: "" }) === JSON.stringify({ ...other, as_of: "" });

/** Nobody answered, or only somebody before the server. */
const isAway = ({ status }: ApiError): boolean => status === 0 || (status >= 502 && status <= 504);
