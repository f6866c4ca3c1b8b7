import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LiveWorld } from "../api/live";
import type { LiveEvent, Realtime } from "../api/types";
import { createLine } from "./line";
import { createNow } from "./realtime";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const event = (page: string, kind: LiveEvent["kind"] = "pageview"): LiveEvent => ({
  at: "2026-11-24T10:00:00Z",
  kind,
  name: kind,
  page,
  source: "",
  country: "BR",
  browser: "Firefox",
});

function start({ watchesEvents = true, fails = false } = {}) {
  const seen = { asked: 0, visitors: 0, events: 0, hidden: false, fails };
  let sinkVisitors: { next(value: number): void; ended(): void } | undefined;
  let sinkEvents: { next(value: LiveEvent): void; ended(): void } | undefined;
  const listeners: (() => void)[] = [];
  const nothing = () => () => undefined;
  const world: LiveWorld = {
    isHidden: () => seen.hidden,
    isOffline: () => false,
    onVisibility(listener) {
      listeners.push(listener);
      return () => undefined;
    },
    onOnline: nothing,
    onOffline: nothing,
    random: () => 0.5,
    now: Date.now,
  };
  const line = createLine();
  const now = createNow(
    {
      async getRealtime(): Promise<Realtime> {
        seen.asked += 1;
        if (seen.fails) throw new Error("away");
        return { online: 10 + seen.asked, minutes: [], pages: [], sources: [] };
      },
      subscribeVisitors(_, sink) {
        seen.visitors += 1;
        sinkVisitors = sink;
        return () => {
          seen.visitors -= 1;
        };
      },
      subscribeEvents(_, sink) {
        seen.events += 1;
        sinkEvents = sink;
        return () => {
          seen.events -= 1;
        };
      },
    },
    world,
    line,
    "site",
    watchesEvents,
  );
  const stop = now.open();
  return {
    now,
    line,
    seen,
    stop,
    count: (value: number) => sinkVisitors?.next(value),
    happen: (one: LiveEvent) => sinkEvents?.next(one),
    drop: () => sinkEvents?.ended(),
    hide(hidden: boolean) {
      seen.hidden = hidden;
      for (const listener of listeners) listener();
    },
  };
}

test("asks at once, then again soon after something moved, and at the latest every 15 seconds", async () => {
  const live = start();
  await vi.advanceTimersByTimeAsync(0);
  expect(live.now.data.value?.online).toBe(11);
  live.count(4);
  live.count(5);
  expect(live.line.online.value).toBe(5);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(live.seen.asked).toBe(2);
  await vi.advanceTimersByTimeAsync(14_000);
  expect(live.seen.asked).toBe(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(live.seen.asked).toBe(3);
});

test("events come a few at a time, newest first; engagement is none", async () => {
  const live = start();
  live.count(1);
  live.happen(event("/a"));
  live.happen(event("/b", "engagement"));
  live.happen(event("/c", "custom"));
  expect(live.now.feed.value).toEqual([]);
  await vi.advanceTimersByTimeAsync(400);
  expect(live.now.feed.value.map(({ page }) => page)).toEqual(["/c", "/a"]);
  for (let index = 0; index < 80; index += 1) live.happen(event(`/${index}`));
  await vi.advanceTimersByTimeAsync(400);
  expect(live.now.feed.value).toHaveLength(50);
  expect(live.now.feed.value[0]?.page).toBe("/79");
  expect(new Set(live.now.feed.value.map(({ key }) => key)).size).toBe(50);
});

test("readers of share links watch no events", () => {
  expect(start({ watchesEvents: false }).seen).toMatchObject({ visitors: 1, events: 0 });
});

test("when one of the two subscriptions ends, both begin anew", async () => {
  const live = start();
  live.count(1);
  live.drop();
  expect(live.seen).toMatchObject({ visitors: 0, events: 0 });
  expect(live.line.status.value.state).toBe("polling");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(live.seen).toMatchObject({ visitors: 1, events: 1 });
});

test("hidden, it neither watches nor asks; seen again, it catches up", async () => {
  const live = start();
  await vi.advanceTimersByTimeAsync(0);
  live.count(1);
  live.hide(true);
  const { asked } = live.seen;
  await vi.advanceTimersByTimeAsync(120_000);
  expect(live.seen).toMatchObject({ visitors: 0, events: 0, asked });
  live.hide(false);
  live.count(2);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(live.seen.asked).toBe(asked + 1);
  live.stop();
  expect(live.seen).toMatchObject({ visitors: 0, events: 0 });
});

test("a first answer that fails is told, and asked again", async () => {
  const live = start({ fails: true });
  await vi.advanceTimersByTimeAsync(0);
  expect(live.now.error.value).not.toBeNull();
  live.seen.fails = false;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(live.now.error.value).toBeNull();
  expect(live.now.data.value).not.toBeNull();
});
