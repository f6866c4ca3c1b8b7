import { describe, expect, it } from "vitest";
import type { Annotation, Interval, TimeSeries } from "../api/types";
import { annotationMarks, dayToAnnotate } from "./annotation-marks";

const note = (date: string, text = date): Annotation => ({
  id: text,
  date,
  text,
  created_at: `${date}T10:00:00Z`,
});
const placed = (interval: Interval, labels: string[], ...dates: string[]) =>
  [
    ...annotationMarks(
      { interval, labels },
      dates.map((date) => note(date)),
    ),
  ].map(([index, notes]) => [index, ...notes.map(({ date }) => date)]);

describe("annotationMarks", () => {
  it("stands on its day", () => {
    const days = ["2026-09-01", "2026-09-02", "2026-09-03"];
    expect(placed("day", days, "2026-09-02", "2026-09-03")).toEqual([
      [1, "2026-09-02"],
      [2, "2026-09-03"],
    ]);
  });

  it("stands nowhere outside of the series", () => {
    expect(placed("day", ["2026-09-01", "2026-09-02"], "2026-08-31", "2026-09-03")).toEqual([]);
    expect(placed("day", [], "2026-08-31")).toEqual([]);
  });

  it("stands at the start of its day among hours", () => {
    const hours = [
      "2026-09-01 22:00:00",
      "2026-09-01 23:00:00",
      "2026-09-02 00:00:00",
      "2026-09-02 01:00:00",
    ];
    expect(placed("hour", hours, "2026-09-02", "2026-09-01", "2026-09-03")).toEqual([
      [0, "2026-09-01"],
      [2, "2026-09-02"],
    ]);
  });

  it("stands in its week, also in one that the start of the range cuts, up to Sunday", () => {
    // A Thursday, then Mondays.
    const weeks = ["2026-09-03", "2026-09-07", "2026-09-14"];
    expect(
      placed("week", weeks, "2026-09-06", "2026-09-07", "2026-09-13", "2026-09-20", "2026-09-21"),
    ).toEqual([
      [0, "2026-09-06"],
      [1, "2026-09-07", "2026-09-13"],
      [2, "2026-09-20"],
    ]);
  });

  it("stands in its month, to its last day", () => {
    expect(placed("month", ["2026-08-01", "2026-09-01"], "2026-08-31", "2026-09-30", "2026-10-01")).toEqual([
      [0, "2026-08-31"],
      [1, "2026-09-30"],
    ]);
  });

  it("tells several of a day in the order in which they were written", () => {
    const late = { ...note("2026-09-01", "late"), created_at: "2026-09-05T00:00:00Z" };
    const marks = annotationMarks({ interval: "day", labels: ["2026-09-01"] }, [
      late,
      note("2026-09-01", "early"),
    ]);
    expect(marks.get(0)?.map(({ text }) => text)).toEqual(["early", "late"]);
  });
});

describe("dayToAnnotate", () => {
  const series = (part: Partial<TimeSeries>) =>
    ({ interval: "day", labels: ["2026-09-01", "2026-09-02", "2026-09-03"], ...part }) as TimeSeries;

  it("is the day that was read last, else today, else the last day", () => {
    expect(dayToAnnotate(series({ now_index: 1 }), 0, "2026-09-02")).toBe("2026-09-01");
    expect(dayToAnnotate(series({ now_index: 1 }), null, "2026-09-02")).toBe("2026-09-02");
    expect(dayToAnnotate(series({}), null, "2026-11-30")).toBe("2026-09-03");
  });

  it("is today within a week or month that is not over", () => {
    expect(
      dayToAnnotate(series({ interval: "week", labels: ["2026-08-31"], now_index: 0 }), null, "2026-09-03"),
    ).toBe("2026-09-03");
  });
});
