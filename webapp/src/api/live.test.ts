import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { backoff, keepLive, type LiveState } from "./live";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A socket and a browser that tests steer. */
function start() {
  const values: number[] = [];
  const states: LiveState[] = [];
  const waits: (number | null)[] = [];
  const sinks: { next(value: number): void; ended(): void }[] = [];
  const listeners: (() => void)[] = [];
  const lost: (() => void)[] = [];
  const seen = { open: 0, polls: 0, hidden: false, offline: false };
  const stop = keepLive<number>(
    {
      subscribe(sink) {
        seen.open += 1;
        sinks.push(sink);
        return () => {
          seen.open -= 1;
        };
      },
      async poll() {
        seen.polls += 1;
        return 100 + seen.polls;
      },
      onValue: (value) => values.push(value),
      onState: (state, retryAt) => {
        states.push(state);
        waits.push(retryAt && retryAt - Date.now());
      },
    },
    {
      isHidden: () => seen.hidden,
      onVisibility(listener) {
        listeners.push(listener);
        return () => listeners.splice(listeners.indexOf(listener), 1);
      },
      isOffline: () => seen.offline,
      onOnline: () => () => undefined,
      onOffline(listener) {
        lost.push(listener);
        return () => lost.splice(lost.indexOf(listener), 1);
      },
      random: () => 0.5,
      now: Date.now,
    },
  );
  const last = () => {
    const sink = sinks.at(-1);
    if (!sink) throw new Error("nothing subscribed");
    return sink;
  };
  const hide = (hidden: boolean) => {
    seen.hidden = hidden;
    for (const listener of [...listeners]) listener();
  };
  const lose = () => {
    seen.offline = true;
    for (const listener of [...lost]) listener();
  };
  return { values, states, waits, sinks, seen, stop, last, hide, lose };
}

test("values of the socket arrive", () => {
  const live = start();
  live.last().next(1);
  live.last().next(2);
  expect(live.values).toEqual([1, 2]);
  expect(live.states).toEqual(["connecting", "live", "live"]);
});

test("while the socket is away it polls each ten seconds, and tries again with growing pauses", async () => {
  const live = start();
  live.last().next(1);
  live.last().ended();
  expect(live.states.at(-1)).toBe("polling");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(live.sinks).toHaveLength(2);
  live.last().ended();
  await vi.advanceTimersByTimeAsync(1_999);
  expect(live.sinks).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(live.sinks).toHaveLength(3);
  live.last().ended();
  await vi.advanceTimersByTimeAsync(7_000);
  expect(live.seen.polls).toBe(1);
  expect(live.values).toEqual([1, 101]);
});

test("back on the socket, polling ends and the pauses start small again", async () => {
  const live = start();
  live.last().ended();
  await vi.advanceTimersByTimeAsync(1_000);
  live.last().next(7);
  expect(live.states.at(-1)).toBe("live");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(live.seen.polls).toBe(0);
  live.last().ended();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(live.sinks).toHaveLength(3);
});

test("it says when it tries again", async () => {
  const live = start();
  live.last().ended();
  await vi.advanceTimersByTimeAsync(1_000);
  live.last().ended();
  expect(live.states).toEqual(["connecting", "polling", "polling"]);
  expect(live.waits).toEqual([null, 1_000, 2_000]);
});

test("without a network it says so at once, and still tries: the guess may be wrong", async () => {
  const live = start();
  live.last().next(1);
  live.lose();
  expect(live.states.at(-1)).toBe("offline");
  expect(live.seen.open).toBe(0);
  await vi.advanceTimersByTimeAsync(1_000);
  live.last().next(2);
  expect(live.states.at(-1)).toBe("live");
  live.stop();
  live.lose();
  expect(live.states.at(-1)).toBe("live");
});

test("a socket that stays silent counts as away", async () => {
  const live = start();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(live.states.at(-1)).toBe("polling");
  expect(live.seen.open).toBe(0);
});

test("a hidden tab neither subscribes nor polls, and starts again when it is seen", async () => {
  const live = start();
  live.last().next(1);
  live.hide(true);
  expect(live.seen.open).toBe(0);
  expect(live.states.at(-1)).toBe("paused");
  await vi.advanceTimersByTimeAsync(120_000);
  expect(live.seen).toMatchObject({ open: 0, polls: 0 });
  live.hide(false);
  expect(live.seen.open).toBe(1);
  live.last().next(2);
  expect(live.values).toEqual([1, 2]);
});

test("stopped, it is silent", async () => {
  const live = start();
  live.last().ended();
  live.stop();
  live.last().next(9);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(live.values).toEqual([]);
  expect(live.seen).toMatchObject({ open: 0, polls: 0 });
});

test("pauses double up to half a minute, spread by a quarter", () => {
  expect([0, 1, 2, 5, 50].map((attempt) => backoff(attempt, 0.5))).toEqual([
    1_000, 2_000, 4_000, 30_000, 30_000,
  ]);
  expect(backoff(0, 0)).toBe(750);
  expect(backoff(0, 1)).toBe(1_250);
});
