// From the time series of the API to what the chart draws. Pure: no canvas, no Chart.js.

import type { Metric, TimeSeries } from "../api/types";
import { bucketWords, tickLabel } from "./dates";

export interface ChartPoint {
  /** For the axis. */
  tick: string;
  /** The bucket in words. */
  words: string;
  /** `null` when the bucket has not begun. */
  current: number | null;
  previous: number | null;
  previousWords: string | null;
}

export interface ChartData {
  points: ChartPoint[];
  /** Index of the bucket that is still filling, or -1. */
  partial: number;
  /** Index of the highest current value, or -1 when all are zero. */
  peak: number;
  compared: boolean;
}

/** Buckets that have not begun are blank, not zero; the one that holds now is partial. */
export function chartData(series: TimeSeries, metric: Metric, thisYear?: number): ChartData {
  const { labels, interval, previous } = series;
  const partial = series.now_index ?? -1;
  const begun = partial < 0 ? labels.length : partial + 1;

  const points = labels.map((label, index): ChartPoint => {
    const previousLabel = previous?.labels[index];
    return {
      tick: tickLabel(label, interval, labels),
      words: bucketWords(label, interval, thisYear),
      current: index < begun ? (series.current[metric][index] ?? 0) : null,
      previous: previousLabel === undefined ? null : (previous?.values[metric][index] ?? null),
      previousWords: previousLabel === undefined ? null : bucketWords(previousLabel, interval, thisYear),
    };
  });

  let peak = -1;
  for (const [index, point] of points.entries()) {
    if ((point.current ?? 0) > (points[peak]?.current ?? 0)) peak = index;
  }
  return { points, partial, peak, compared: points.some((point) => point.previous !== null) };
}

/**
 * How far the line goes at most from one answer to the next with the same buckets, in heights of a chart from 0 to `max`;
 * infinite where a point comes or goes, and where the line outgrows the chart.
 */
export function largestMove(before: ChartData, now: ChartData, max: number): number {
  let largest = 0;
  for (const [index, point] of now.points.entries()) {
    const was = before.points[index];
    for (const [from, to] of [
      [was?.current ?? null, point.current],
      [was?.previous ?? null, point.previous],
    ] as const) {
      if (from === to) continue;
      if (from === null || to === null || to > max) return Number.POSITIVE_INFINITY;
      largest = Math.max(largest, Math.abs(to - from) / max);
    }
  }
  return largest;
}
