import { expect, test } from "vitest";
import {
  asksCase,
  FILTER_GROUPS,
  filterFault,
  newFilter,
  offeredGroups,
  operatorsFor,
  toggleValue,
  withOperator,
} from "./filter-groups";
import { dimensionName } from "./names";

test("all dimensions have a name, and each is there once", () => {
  const all: readonly string[] = FILTER_GROUPS.flatMap(([, dimensions]) => dimensions);
  expect(new Set(all).size).toBe(all.length);
  for (const dimension of all.filter((word) => !word.endsWith(":")))
    expect(dimensionName(dimension), dimension).toMatch(/^[A-Z]/);
});

test("a share link offers what it shows", () => {
  const limits = { panels: ["pages", "campaigns"], properties: false, first: null, last: "2026-11-24" };
  expect(offeredGroups(limits)).toEqual([
    ["page", ["event:page"]],
    [
      "source",
      ["visit:utm_source", "visit:utm_medium", "visit:utm_campaign", "visit:utm_content", "visit:utm_term"],
    ],
  ]);
  expect(offeredGroups({ ...limits, panels: [], properties: true })).toEqual([["event", ["event:props:"]]]);
  expect(offeredGroups(null)).toHaveLength(5);
});

test("parts of texts are looked for in any case unless one says so", () => {
  const page = toggleValue(newFilter("event:page"), "/Blog");
  const part = withOperator(page, "contains");
  expect(part).toEqual({ operator: "contains", dimension: "event:page", values: ["/Blog"], anyCase: true });
  expect(withOperator({ ...part, anyCase: true }, "contains_not").anyCase).toBe(true);
  const { anyCase: _, ...exact } = part;
  expect(withOperator(exact, "contains_not").anyCase).toBeUndefined();
  expect(withOperator(part, "is")).toEqual(page);
  expect(withOperator(part, "matches").anyCase).toBeUndefined();
  expect(withOperator({ ...page, anyCase: true }, "is_not").anyCase).toBe(true);
});

test("codes are not looked for in parts, but what is there stays", () => {
  expect(operatorsFor("visit:country")).toEqual(["is", "is_not"]);
  expect(operatorsFor("visit:country", "matches")).toEqual(["is", "is_not", "matches"]);
  expect(operatorsFor("event:page")).toHaveLength(6);
  expect(asksCase("visit:country", "is")).toBe(false);
  expect(asksCase("event:page", "matches")).toBe(false);
});

test("values are chosen and taken back", () => {
  const filter = toggleValue(toggleValue(newFilter("visit:source"), "Google"), "Bing");
  expect(filter.values).toEqual(["Google", "Bing"]);
  expect(toggleValue(filter, "Google").values).toEqual(["Bing"]);
});

test("a filter without value or property is none", () => {
  expect(filterFault(newFilter("visit:source"))).toBe("no_value");
  expect(filterFault({ ...newFilter("event:props: "), values: ["pro"] })).toBe("no_property");
  expect(filterFault({ ...newFilter("event:props:plan"), values: ["pro"] })).toBeNull();
});
