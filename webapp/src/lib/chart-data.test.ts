import { expect, test } from "vitest";
import type { Series, TimeSeries } from "../api/types";
import { chartData, largestMove } from "./chart-data";

function seriesOf(visitors: number[]): Series {
  const zeros = visitors.map(() => 0);
  return {
    visitors,
    visits: zeros,
    pageviews: zeros,
    views_per_visit: zeros,
    bounce_rate: zeros,
    visit_duration: zeros,
    events: zeros,
  };
}

const days: TimeSeries = {
  interval: "day",
  labels: ["2026-11-22", "2026-11-23", "2026-11-24"],
  partial_last: true,
  now_index: 2,
  current: seriesOf([5, 9, 2]),
  previous: { labels: ["2026-11-19", "2026-11-20", "2026-11-21"], values: seriesOf([4, 6, 8]) },
};

test("pairs each bucket with the compared one, in words", () => {
  const data = chartData(days, "visitors", 2026);
  expect(data.points[1]).toEqual({
    tick: "Nov 23",
    words: "Monday, November 23",
    current: 9,
    previous: 6,
    previousWords: "Friday, November 20",
  });
  expect(data).toMatchObject({ partial: 2, peak: 1, compared: true });
});

test("a finished period has no partial bucket", () => {
  const data = chartData({ ...days, partial_last: false, now_index: undefined }, "visitors", 2026);
  expect(data.partial).toBe(-1);
});

test("hours that have not begun are blank and the current one is partial", () => {
  const hours: TimeSeries = {
    interval: "hour",
    labels: ["2026-11-24 00:00:00", "2026-11-24 01:00:00", "2026-11-24 02:00:00"],
    partial_last: false,
    now_index: 1,
    current: seriesOf([3, 1, 0]),
    previous: undefined,
  };
  const data = chartData(hours, "visitors", 2026);
  expect(data.points.map((point) => point.current)).toEqual([3, 1, null]);
  expect(data).toMatchObject({ partial: 1, peak: 0, compared: false });
});

test("a compared period that is shorter ends earlier", () => {
  const shorter = { ...days, previous: { labels: ["2026-11-19"], values: seriesOf([4]) } };
  const data = chartData(shorter, "visitors", 2026);
  expect(data.points.map((point) => point.previous)).toEqual([4, null, null]);
});

test("without anything counted there is no peak", () => {
  const data = chartData(days, "events", 2026);
  expect(data.peak).toBe(-1);
});

test("a move is as far as the point that goes furthest, in heights of the chart", () => {
  const before = chartData(days, "visitors", 2026);
  const after = (visitors: number[], previous = [4, 6, 8]) =>
    chartData(
      {
        ...days,
        current: seriesOf(visitors),
        previous: { labels: days.previous?.labels ?? [], values: seriesOf(previous) },
      },
      "visitors",
      2026,
    );
  expect(largestMove(before, before, 10)).toBe(0);
  expect(largestMove(before, after([5, 8, 4]), 10)).toBeCloseTo(0.2);
  expect(largestMove(before, after([5, 9, 2], [4, 1, 8]), 10)).toBeCloseTo(0.5);
});

test("what comes, goes or outgrows the chart moves far", () => {
  const before = chartData(days, "visitors", 2026);
  const outgrown = chartData({ ...days, current: seriesOf([5, 9, 11]) }, "visitors", 2026);
  expect(largestMove(before, outgrown, 10)).toBe(Number.POSITIVE_INFINITY);
  const begun = chartData({ ...days, now_index: 1 }, "visitors", 2026);
  expect(largestMove(begun, before, 10)).toBe(Number.POSITIVE_INFINITY);
  expect(largestMove(before, begun, 10)).toBe(Number.POSITIVE_INFINITY);
});
