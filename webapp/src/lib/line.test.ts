import { expect, test } from "vitest";
import type { LiveState } from "../api/live";
import { createLine } from "../state/line";
import { lineWords, secondsLeft } from "./line";

test("there is something to say of a line that is not as it should be", () => {
  const states: LiveState[] = ["connecting", "live", "polling", "offline", "paused"];
  expect(states.filter((state) => lineWords(state) !== null)).toEqual(["polling", "offline", "paused"]);
});

test("whole seconds are left, never less than none", () => {
  expect(secondsLeft(10_000, 8_500)).toBe(2);
  expect(secondsLeft(10_000, 10_001)).toBe(0);
});

test("who watches the line hears of changes only", () => {
  const line = createLine();
  let heard = 0;
  line.status.subscribe(() => {
    heard += 1;
  });
  for (const _ of [1, 2, 3]) line.tell("live", null);
  line.tell("polling", 5);
  line.tell("polling", 5);
  expect(heard).toBe(3);
  expect(line.status.value).toEqual({ state: "polling", retryAt: 5 });
});
