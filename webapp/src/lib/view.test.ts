import { expect, test } from "vitest";
import {
  DEFAULT_VIEW,
  decodeView,
  encodeView,
  frameOf,
  intervalsOf,
  PRESET_GROUPS,
  periodChange,
  queryOf,
  shareHref,
  type View,
  viewHref,
} from "./view";

test("the default view has no query part, and an empty one is the default view", () => {
  expect(encodeView(DEFAULT_VIEW)).toBe("");
  expect(decodeView("")).toEqual(DEFAULT_VIEW);
});

const full: View = {
  realtime: false,
  period: ["2026-01-01", "2026-01-31"],
  comparison: "year_over_year",
  filters: [
    { operator: "is", dimension: "visit:country", values: ["BR", "PT"] },
    { operator: "contains", dimension: "event:page", values: ["/a&b=c,d e%/ü"] },
  ],
  metric: "bounce_rate",
  interval: "week",
  tabs: {
    pages: "exit_pages",
    sources: "campaigns",
    locations: "map",
    devices: "os",
    events: "events",
  },
  utm: "utm_mediums",
  versions: "GNU/Linux",
  all: "entry_pages",
  table: true,
};

test("everything survives the way through the address", () => {
  expect(decodeView(encodeView(full))).toEqual(full);
});

test("addresses are readable", () => {
  expect(
    encodeView({ ...DEFAULT_VIEW, period: "7d", comparison: null, filters: full.filters.slice(0, 1) }),
  ).toBe("?period=7d&compare=none&f=is,country,BR,PT");
  expect(viewHref("lumen.blog", { ...DEFAULT_VIEW, metric: "visits" })).toBe(
    "/sites/lumen.blog?metric=visits",
  );
});

test.each(PRESET_GROUPS.flat())("period %s survives", (period) => {
  expect(decodeView(encodeView({ ...DEFAULT_VIEW, period })).period).toBe(period);
});

test.each([
  "?period=13y",
  "?from=2026-02-01&to=2026-01-01",
  "?from=yesterday&to=today",
  "?metric=love",
  "?pages=toString",
  "?f=nonsense",
  "?compare=mars",
  "?interval=second",
])("%s falls back to the default", (search) => {
  expect(decodeView(search)).toEqual(DEFAULT_VIEW);
});

test("what happens now is a period of its own, and keeps the filters for the way back", () => {
  const now = { ...DEFAULT_VIEW, ...periodChange("realtime"), filters: full.filters.slice(0, 1) };
  expect(encodeView(now)).toBe("?period=realtime&f=is,country,BR,PT");
  expect(decodeView("?period=realtime&f=is,country,BR,PT")).toEqual(now);
  expect(decodeView("?period=realtime&from=2026-01-01&to=2026-01-02").realtime).toBe(false);
  expect({ ...now, ...periodChange("7d") }).toMatchObject({ realtime: false, period: "7d" });
});

test("the question to the server", () => {
  expect(queryOf(DEFAULT_VIEW)).toEqual({ date_range: "30d", filters: [], comparison: "previous_period" });
  expect(queryOf(full)).toEqual({
    date_range: ["2026-01-01", "2026-01-31"],
    filters: [
      ["is", "visit:country", ["BR", "PT"]],
      ["contains", "event:page", ["/a&b=c,d e%/ü"]],
    ],
    comparison: "year_over_year",
    interval: "week",
  });
});

test("all time is compared with nothing, and an interval that does not fit is not asked for", () => {
  expect(queryOf({ ...DEFAULT_VIEW, period: "all" }).comparison).toBeNull();
  expect(queryOf({ ...DEFAULT_VIEW, period: "day", interval: "month" })).not.toHaveProperty("interval");
});

test("intervals fit the length of the period", () => {
  expect(intervalsOf("day")).toEqual(["hour"]);
  expect(intervalsOf("7d")).toEqual(["hour", "day"]);
  expect(intervalsOf(["2026-01-01", "2026-01-01"])).toEqual(["hour"]);
  expect(intervalsOf(["2026-01-01", "2026-02-15"])).toEqual(["day", "week"]);
  expect(intervalsOf(["2024-01-01", "2026-02-15"])).toEqual(["week", "month"]);
});

test("a shared dashboard stays in its frame, whatever is clicked", () => {
  const view: View = { ...DEFAULT_VIEW, metric: "visits" };
  expect(shareHref("press", DEFAULT_VIEW, frameOf(""))).toBe("/share/press");
  expect(shareHref("press", view, frameOf("?metric=visits"))).toBe("/share/press?metric=visits");
  const frame = frameOf("?theme=dark&period=7d&embed=1&lang=pt-BR");
  expect(frame).toEqual({ embed: true, theme: "dark", lang: "pt-BR" });
  expect(shareHref("press", view, frame)).toBe("/share/press?embed=true&theme=dark&lang=pt-BR&metric=visits");
  expect(frameOf("?embed=true&theme=system")).toEqual({ embed: true, theme: "system", lang: null });
  expect(frameOf("?theme=neon&embed=yes&lang=../x")).toEqual({ embed: false, theme: null, lang: null });
  expect(decodeView("?embed=1&theme=dark&metric=visits")).toEqual(view);
});
