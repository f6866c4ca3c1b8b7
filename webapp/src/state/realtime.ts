// What happens on a site now: who is online over the socket, the last half hour asked again when something moved, and
// the events themselves for those who may see them.

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Connection } from "../api/connection";
import { keepLive, type LiveWorld } from "../api/live";
import { type ApiError, toApiError } from "../api/problem";
import type { LiveEvent, Realtime } from "../api/types";
import { addToFeed, type FeedRow } from "../lib/realtime";
import type { Line } from "./line";

export interface Now {
  data: ReadonlySignal<Realtime | null>;
  error: ReadonlySignal<ApiError | null>;
  feed: ReadonlySignal<readonly FeedRow[]>;
  /** Keeps it current until the returned function is called. */
  open(): () => void;
}

/** After something moved, the half hour is asked for again this much later, and not more often. */
const SOON_MS = 2_000;
/** Minutes end and people leave without a word. */
const LATEST_MS = 15_000;
/** Events are shown a few at a time, so that a busy site does not draw twenty times a second. */
const FLUSH_MS = 400;

export function createNow(
  connection: Pick<Connection, "getRealtime" | "subscribeVisitors" | "subscribeEvents">,
  world: LiveWorld,
  line: Line,
  site: string,
  watchesEvents: boolean,
): Now {
  const data = signal<Realtime | null>(null);
  const error = signal<ApiError | null>(null);
  const feed = signal<readonly FeedRow[]>([]);
  let nextKey = 0;

  function open(): () => void {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let due = Number.POSITIVE_INFINITY;
    let flush: ReturnType<typeof setTimeout> | undefined;
    let waiting: LiveEvent[] = [];

    function show(answer: Realtime): void {
      data.value = answer;
      error.value = null;
      line.count(answer.online);
    }

    const ask = () => connection.getRealtime(site, controller.signal);

    async function refresh(): Promise<void> {
      due = Number.POSITIVE_INFINITY;
      if (world.isHidden() && data.peek()) return;
      try {
        const answer = await ask();
        if (!controller.signal.aborted) show(answer);
      } catch (reason) {
        if (controller.signal.aborted) return;
        if (data.peek() === null) error.value = toApiError(reason);
      }
      plan(LATEST_MS);
    }

    /** The earlier of what is planned and this. */
    function plan(wait: number): void {
      const at = world.now() + wait;
      if (controller.signal.aborted || at >= due) return;
      clearTimeout(timer);
      due = at;
      timer = setTimeout(() => void refresh(), wait);
    }

    function take(event: LiveEvent): void {
      waiting.push(event);
      flush ??= setTimeout(() => {
        flush = undefined;
        feed.value = addToFeed(feed.peek(), waiting, nextKey);
        nextKey += waiting.length;
        waiting = [];
        plan(SOON_MS);
      }, FLUSH_MS);
    }

    void refresh();
    const stop = keepLive<number | Realtime>(
      {
        subscribe(sink) {
          const ends = [connection.subscribeVisitors(site, sink)];
          if (watchesEvents) ends.push(connection.subscribeEvents(site, { next: take, ended: sink.ended }));
          return () => {
            for (const end of ends) end();
          };
        },
        poll: ask,
        onValue(value) {
          if (typeof value !== "number") return show(value);
          line.count(value);
          plan(SOON_MS);
        },
        onState: line.tell,
      },
      world,
    );

    return () => {
      controller.abort();
      clearTimeout(timer);
      clearTimeout(flush);
      stop();
    };
  }

  return { data, error, feed, open };
}
