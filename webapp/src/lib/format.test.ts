import { expect, test } from "vitest";
import {
  formatAxis,
  formatChange,
  formatCount,
  formatDuration,
  formatExact,
  formatMetric,
  formatShare,
} from "./format";

test("counts keep all digits below a million", () => {
  expect(formatCount(0)).toBe("0");
  expect(formatCount(71_388)).toBe("71,388");
  expect(formatCount(999_999)).toBe("999,999");
  expect(formatCount(1_234_567)).toBe("1.23M");
  expect(formatExact(1_234_567)).toBe("1,234,567");
});

test.each([
  [0, "0s"],
  [38.4, "38s"],
  [59.6, "1m 00s"],
  [158, "2m 38s"],
  [3_599, "59m 59s"],
  [3_840, "1h 04m"],
])("%s seconds are %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("each metric has its form", () => {
  expect(formatMetric("visitors", 1_204)).toBe("1,204");
  expect(formatMetric("bounce_rate", 41)).toBe("41%");
  expect(formatMetric("visit_duration", 158)).toBe("2m 38s");
  expect(formatMetric("views_per_visit", 2.987)).toBe("2.99");
  expect(formatShare(33.33)).toBe("33.3%");
});

test("the axis is short", () => {
  expect(formatAxis("pageviews", 12_500)).toBe("12.5K");
  expect(formatAxis("bounce_rate", 40)).toBe("40%");
  expect(formatAxis("visit_duration", 120)).toBe("2m 00s");
});

test("a change says with its tone whether it is good", () => {
  expect(formatChange("visitors", 12)).toEqual({ text: "+12%", tone: "better" });
  expect(formatChange("visitors", -4)).toEqual({ text: "−4%", tone: "worse" });
  expect(formatChange("visits", 0)).toEqual({ text: "0%", tone: "same" });
  expect(formatChange("bounce_rate", -3)).toEqual({ text: "−3 pts", tone: "better" });
  expect(formatChange("bounce_rate", 3)).toEqual({ text: "+3 pts", tone: "worse" });
});

test("a share that is there is never nothing", () => {
  expect(formatShare((100 * 2) / 7_502)).toBe("<0.1%");
  expect(formatShare((100 * 804) / 13_519)).toBe("5.9%");
  expect(formatShare(0)).toBe("0%");
});
