import { expect, it } from "vitest";
import { moves } from "./flip";

it("tells what changed places, and what is new", () => {
  expect([...moves(["a", "b", "c"], ["b", "a", "d"])]).toEqual([
    ["b", 1],
    ["a", -1],
    ["d", null],
  ]);
  expect(moves(["a", "b"], ["a", "b"]).size).toBe(0);
});
