import { expect, test } from "vitest";
import { bucketWords, rangeWords, tickLabel, today } from "./dates";

/** Intl separates ranges and day periods by thin and narrow spaces, which differ between versions. */
const plain = (text: string) => text.replace(/[\u2009\u202f\u00a0]/g, " ");

test("ticks are short and fit the interval", () => {
  const hours = ["2026-11-24 00:00:00", "2026-11-24 15:00:00"];
  expect(plain(tickLabel("2026-11-24 15:00:00", "hour", hours))).toBe("3 PM");
  const days = ["2026-10-25", "2026-11-23"];
  expect(tickLabel("2026-10-25", "day", days)).toBe("Oct 25");
  expect(tickLabel("2026-10-01", "month", ["2026-01-01", "2026-12-01"])).toBe("Oct");
  expect(tickLabel("2026-01-01", "month", ["2025-12-01", "2026-11-01"])).toBe("Jan 2026");
  expect(tickLabel("2026-11-20 03:00:00", "hour", ["2026-11-18 00:00:00", "2026-11-24 23:00:00"])).toBe(
    "Nov 20",
  );
});

test("buckets are named in words", () => {
  expect(plain(bucketWords("2026-10-24 15:00:00", "hour", 2026))).toBe("Saturday, Oct 24, 3 – 4 PM");
  expect(bucketWords("2026-10-24", "day", 2026)).toBe("Saturday, October 24");
  expect(bucketWords("2025-10-25", "day", 2026)).toBe("Saturday, October 25, 2025");
  expect(plain(bucketWords("2026-10-19", "week", 2026))).toBe("Week of Oct 19 – 25");
  expect(bucketWords("2026-10-01", "month", 2026)).toBe("October 2026");
});

test("a week cut by the start of the range ends on its Sunday", () => {
  expect(plain(bucketWords("2026-10-22", "week", 2026))).toBe("Week of Oct 22 – 25");
  expect(plain(bucketWords("2026-10-25", "week", 2026))).toBe("Week of Oct 25");
});

test("ranges read in the wall clock of the site, whatever the reader's", () => {
  expect(plain(rangeWords("2026-10-25T00:00:00-03:00", "2026-11-23T23:59:59-03:00", 2026))).toBe(
    "Oct 25 – Nov 23",
  );
  expect(plain(rangeWords("2026-11-24T00:00:00+09:00", "2026-11-25T00:00:00+09:00", 2026))).toBe("Nov 24");
  expect(plain(rangeWords("2025-12-01T00:00:00Z", "2026-01-31T23:59:59Z", 2026))).toBe(
    "Dec 1, 2025 – Jan 31, 2026",
  );
  expect(plain(rangeWords("2026-11-23T15:20:10Z", "2026-11-24T15:20:10Z", 2026))).toBe(
    "Nov 23, 3 PM – Nov 24, 3 PM",
  );
});

test("today depends on where", () => {
  const now = new Date("2026-11-24T16:00:00Z");
  expect(today("UTC", now)).toBe("2026-11-24");
  expect(today("Asia/Tokyo", now)).toBe("2026-11-25");
});
