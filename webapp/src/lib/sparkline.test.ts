import { expect, test } from "vitest";
import { sparkline } from "./sparkline";

test("spans the box, from nothing at the bottom to the highest at the top", () => {
  expect(sparkline([0, 10, 5], 100, 24)).toEqual({
    line: "M0 22L50 2",
    unfinished: "M50 2L100 12",
    area: "M0 22L50 2L100 12L100 24L0 24Z",
  });
});

test("nothing at all is a flat line at the bottom, not in the middle", () => {
  expect(sparkline([0, 0, 0], 100, 24).line).toBe("M0 22L50 22");
});

test("too few days draw nothing", () => {
  expect(sparkline([], 100, 24)).toEqual({ line: "", unfinished: "", area: "" });
  expect(sparkline([7], 100, 24)).toEqual({ line: "", unfinished: "", area: "" });
});
