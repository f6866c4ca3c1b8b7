import { expect, test } from "vitest";
import {
  decodeFilter,
  encodeFilter,
  type Filter,
  removeFilter,
  rowFilter,
  toApi,
  toggleFilter,
} from "./filters";

const brazil: Filter = { operator: "is", dimension: "visit:country", values: ["BR", "PT"] };

test.each<[Filter, string]>([
  [brazil, "is,country,BR,PT"],
  [{ operator: "contains", dimension: "event:page", values: ["/blog"] }, "contains,page,/blog"],
  [{ operator: "is_not", dimension: "event:name", values: ["sign,up\\"] }, "is_not,event,sign\\,up\\\\"],
  [{ operator: "is", dimension: "event:props:plan", values: ["pro"] }, "is,event:props:plan,pro"],
  [{ operator: "is", dimension: "visit:source", values: [""] }, "is,source,"],
  [{ operator: "is", dimension: "event:page", values: ["/a", "", ",", "\\,"] }, "is,page,/a,,\\,,\\\\\\,"],
])("%o is %s, and back", (filter, text) => {
  expect(encodeFilter(filter)).toBe(text);
  expect(decodeFilter(text)).toEqual(filter);
});

test.each(["", "is", "is,country", "likes,country,BR", "is,,BR"])("%j is no filter", (text) => {
  expect(decodeFilter(text)).toBeNull();
});

test("a click adds, a second click removes", () => {
  const page = rowFilter("event:page", "/");
  const both = toggleFilter([brazil], page);
  expect(both).toEqual([brazil, page]);
  expect(toggleFilter(both, page)).toEqual([brazil]);
  expect(removeFilter(both, brazil)).toEqual([page]);
});

test("another row of the same dimension takes the place of the first", () => {
  const filters = toggleFilter([brazil], rowFilter("visit:country", "DE"));
  expect(filters).toEqual([rowFilter("visit:country", "DE")]);
  const not: Filter = { operator: "is_not", dimension: "visit:country", values: ["US"] };
  expect(toggleFilter([not], rowFilter("visit:country", "DE"))).toHaveLength(2);
});

test("the API takes triples", () => {
  expect(toApi([brazil])).toEqual([["is", "visit:country", ["BR", "PT"]]]);
});
