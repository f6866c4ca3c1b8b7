import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepLive, type LiveState } from "../api/live";
import { createPause } from "./pause";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("paused, nothing arrives and nothing is asked; resumed, it catches up", async () => {
  let polls = 0;
  let push: (value: number) => void = () => undefined;
  let open = 0;
  const values: number[] = [];
  const states: LiveState[] = [];
  const nothing = () => () => undefined;
  const pause = createPause({
    isHidden: () => false,
    isOffline: () => false,
    onVisibility: nothing,
    onOnline: nothing,
    onOffline: nothing,
    random: () => 0.5,
    now: Date.now,
  });
  const stop = keepLive<number>(
    {
      subscribe(sink) {
        open += 1;
        push = (value) => sink.next(value);
        return () => {
          open -= 1;
        };
      },
      async poll() {
        polls += 1;
        return 0;
      },
      onValue: (value) => values.push(value),
      onState: (state) => states.push(state),
    },
    pause.world,
  );
  push(1);
  pause.toggle();
  expect(pause.paused.value).toBe(true);
  expect(states.at(-1)).toBe("paused");
  expect(open).toBe(0);
  push(2);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(polls).toBe(0);
  expect(values).toEqual([1]);

  pause.toggle();
  expect(open).toBe(1);
  push(3);
  expect(values).toEqual([1, 3]);
  expect(states.at(-1)).toBe("live");

  // A question that is asked while paused waits for its subscription, too.
  pause.toggle();
  stop();
  expect(open).toBe(0);
});
