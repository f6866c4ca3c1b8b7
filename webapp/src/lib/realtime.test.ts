import { expect, test } from "vitest";
import type { LiveEvent } from "../api/types";
import { addToFeed, barsOf, busiest, clockIn, FEED_ROWS, newsAbove, shortAgo } from "./realtime";

const minute = (visitors: number) => ({ minute: "2026-11-24T10:00:00Z", visitors, pageviews: visitors * 2 });

test("bars are of one scale, and know how long ago they were", () => {
  const bars = barsOf([minute(2), minute(4), minute(0), minute(1)]);
  expect(bars.map(({ height }) => height)).toEqual([0.5, 1, 0, 0.25]);
  expect(bars.map(({ ago }) => ago)).toEqual([3, 2, 1, 0]);
  expect(busiest(bars)?.ago).toBe(2);
});

test("a quiet half hour has no highest bar", () => {
  const bars = barsOf([minute(0), minute(0)]);
  expect(bars.map(({ height }) => height)).toEqual([0, 0]);
  expect(busiest(bars)).toBeUndefined();
});

const event = (page: string): LiveEvent => ({
  at: "2026-11-24T10:00:00Z",
  kind: "pageview",
  name: "pageview",
  page,
  source: "",
  country: "",
  browser: "",
});

test("while held still, it knows what came above", () => {
  const held = addToFeed([], [event("/a"), event("/b")], 0);
  const later = addToFeed(held, [event("/c")], 2);
  expect(held.map(({ key }) => key)).toEqual([1, 0]);
  expect(newsAbove(later, held)).toBe(1);
  expect(newsAbove(held, held)).toBe(0);
  expect(newsAbove(later, [])).toBe(3);
  const many = addToFeed(
    later,
    Array.from({ length: 99 }, () => event("/d")),
    3,
  );
  expect(many).toHaveLength(FEED_ROWS);
  expect(newsAbove(many, held)).toBe(FEED_ROWS);
});

test("how long ago, in steps that don't flicker", () => {
  const at = "2026-11-24T10:00:00Z";
  const after = (seconds: number) => shortAgo(at, Date.parse(at) + seconds * 1000);
  expect(after(-3)).toBe("now");
  expect(after(4)).toBe("now");
  expect(after(14)).toBe("10s ago");
  expect(after(59)).toBe("55s ago");
  expect(after(150)).toBe("2m ago");
});

test("the clock is that of the site", () => {
  const plain = (text: string) => text.replace(/\s/g, " ");
  expect(plain(clockIn("Europe/Berlin")("2026-11-30T21:30:00Z"))).toBe("10:30 PM");
  expect(plain(clockIn("America/New_York")("2026-11-30T21:30:00Z"))).toBe("4:30 PM");
});
