import { describe, expect, test } from "vitest";
import type { Preset } from "../api/types";
import {
  isWhole,
  limitsOf,
  limitView,
  offersComparison,
  offersPreset,
  offersRealtime,
  SHARE_PANELS,
  seenPeriod,
} from "./limits";
import { DEFAULT_VIEW, PRESET_GROUPS, type View } from "./view";

const day = "2026-11-24"; // a Tuesday
const now = new Date("2026-11-24T10:00:00Z");
const open = { properties: false };
const offered = (link: Parameters<typeof limitsOf>[0]): Preset[] =>
  PRESET_GROUPS.flat().filter((preset) => offersPreset(limitsOf(link, "UTC", now), preset, day));

test("a link without limits offers everything", () => {
  expect(offered(open)).toEqual(PRESET_GROUPS.flat());
  expect(limitsOf(open, "UTC", now)).toEqual({ panels: null, properties: false, first: null, last: day });
});

test("days are those of the site", () => {
  const late = new Date("2026-11-24T23:30:00Z");
  expect(limitsOf({ ...open, last_days: 1 }, "Asia/Tokyo", late)).toMatchObject({
    first: "2026-11-25",
    last: "2026-11-25",
  });
});

test("of two first days the later counts, and no day is later than today", () => {
  expect(limitsOf({ ...open, since: "2026-11-20", last_days: 30 }, "UTC", now).first).toBe("2026-11-20");
  expect(limitsOf({ ...open, since: "2026-01-01", last_days: 7 }, "UTC", now).first).toBe("2026-11-18");
  expect(limitsOf({ ...open, until: "2026-12-31" }, "UTC", now).last).toBe(day);
  expect(limitsOf({ ...open, until: "2026-11-01" }, "UTC", now).last).toBe("2026-11-01");
});

test("only periods that are shown whole are offered", () => {
  expect(offered({ ...open, last_days: 1 })).toEqual(["day", "all"]);
  expect(offered({ ...open, last_days: 7 })).toEqual(["day", "yesterday", "24h", "7d", "week", "all"]);
  expect(offered({ ...open, since: "2026-11-01" })).toEqual([
    "day",
    "yesterday",
    "24h",
    "7d",
    "week",
    "month",
    "all",
  ]);
  expect(offered({ ...open, since: "2026-06-01" })).toContain("6mo");
  expect(offered({ ...open, since: "2026-06-02" })).not.toContain("6mo");
  expect(offered({ ...open, until: "2026-11-23" })).toEqual(["yesterday", "all"]);
});

describe("a view of the address", () => {
  const limits = limitsOf({ ...open, last_days: 10, panels: ["pages", "campaigns"] }, "UTC", now);
  const limited = (part: Partial<View>) => limitView({ ...DEFAULT_VIEW, ...part }, limits, day);

  test("stays where the link allows it", () => {
    expect(limited({ period: "7d" }).period).toBe("7d");
    expect(limited({ period: ["2026-11-16", "2026-11-18"] }).period).toEqual(["2026-11-16", "2026-11-18"]);
  });

  test("becomes all that is shown where it asks for more", () => {
    for (const period of ["30d", "all", "year"] as const) {
      expect(limited({ period }).period).toEqual(["2026-11-15", day]);
    }
    expect(limited({ period: ["2020-01-01", "2020-12-31"] }).period).toEqual(["2026-11-15", day]);
    expect(isWhole(limits, ["2026-11-15", day])).toBe(true);
  });

  test("is cut at both ends", () => {
    expect(limited({ period: ["2026-11-01", "2026-11-20"] }).period).toEqual(["2026-11-15", "2026-11-20"]);
    expect(limited({ period: ["2026-11-20", "2027-01-01"] }).period).toEqual(["2026-11-20", day]);
  });

  test("loses filters by what is not shown", () => {
    const filter = (dimension: string) => ({ operator: "is" as const, dimension, values: ["x"] });
    const filters = ["event:page", "visit:utm_medium", "visit:country", "visit:city", "event:props:plan"].map(
      filter,
    );
    expect(limited({ filters }).filters.map(({ dimension }) => dimension)).toEqual([
      "event:page",
      "visit:utm_medium",
    ]);
    const withProperties = { ...limits, panels: null, properties: true };
    expect(limitView({ ...DEFAULT_VIEW, filters }, withProperties, day).filters).toHaveLength(5);
    // What no panel shows, no link shows.
    const hidden = [filter("event:hostname"), filter("visit:browser_version")];
    expect(limitView({ ...DEFAULT_VIEW, filters: hidden }, withProperties, day).filters).toEqual([]);
  });

  test("is compared with what may be seen only", () => {
    expect(limited({ period: "day" }).comparison).toBe("previous_period");
    expect(limited({ period: "7d" }).comparison).toBeNull();
    expect(limited({ period: "day", comparison: "year_over_year" }).comparison).toBeNull();
    const year = limitsOf({ ...open, since: "2025-01-01" }, "UTC", now);
    expect(offersComparison(year, "year_over_year", "30d", day)).toBe(true);
    expect(offersComparison(year, "year_over_year", "all", day)).toBe(false);
  });
});

test("what happens now is shown where today is", () => {
  const past = limitsOf({ ...open, until: "2026-11-23" }, "UTC", now);
  const week = limitsOf({ ...open, last_days: 7 }, "UTC", now);
  expect([null, past, week].map((limits) => offersRealtime(limits, day))).toEqual([true, false, true]);
  expect(offersRealtime(limitsOf({ ...open, since: "2026-12-01" }, "UTC", now), day)).toBe(false);
  const asked = { ...DEFAULT_VIEW, realtime: true };
  expect(limitView(asked, past, day).realtime).toBe(false);
  expect(limitView(asked, week, day).realtime).toBe(true);
});

test("without a first day, all time is asked for as such", () => {
  const limits = limitsOf({ ...open, until: "2026-10-31" }, "UTC", now);
  expect(limitView(DEFAULT_VIEW, limits, day).period).toBe("all");
});

test("a link that shows no day at all asks for nothing impossible", () => {
  const limits = limitsOf({ ...open, until: "2026-01-31", last_days: 7 }, "UTC", now);
  expect(limitView(DEFAULT_VIEW, limits, day).period).toBe("all");
});

test("the panels a link can show are the words of the API", () => {
  expect([...SHARE_PANELS].sort()).toEqual(
    (
      "browsers campaigns channels cities countries devices entry_pages events exit_pages languages os pages " +
      "referrers regions screens sources"
    ).split(" "),
  );
});

test("the query language is asked for the days that a link shows", () => {
  const range = { from: "2026-10-01T00:00:00+02:00", to: "2026-11-20T23:59:59+01:00", timezone: "UTC" };
  const past = limitsOf({ ...open, until: "2026-11-20" }, "UTC", now);
  expect(seenPeriod(past, "all", range)).toEqual(["2026-10-01", "2026-11-20"]);
  expect(seenPeriod(past, "7d", range)).toBe("7d");
  expect(seenPeriod(null, "all", range)).toBe("all");
});
