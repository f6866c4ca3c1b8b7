import { expect, test } from "vitest";
import {
  decodeFilter,
  encodeFilter,
  type Filter,
  fromApi,
  putFilter,
  removeFilter,
  rowFilter,
  sameFilters,
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

const inAnyCase: Filter = { operator: "contains", dimension: "event:page", values: ["/Blog"], anyCase: true };

test("in any case: said behind the operator, so that links of before mean what they meant", () => {
  expect(encodeFilter(inAnyCase)).toBe("contains-i,page,/Blog");
  expect(decodeFilter("contains-i,page,/Blog")).toEqual(inAnyCase);
  expect(decodeFilter("contains,page,/Blog")).toEqual({
    operator: "contains",
    dimension: "event:page",
    values: ["/Blog"],
  });
  expect(decodeFilter("matches-i,page,x")).toBeNull();
  expect(toApi([inAnyCase])).toEqual([["contains", "event:page", ["/Blog"], { case_sensitive: false }]]);
  const pattern: Filter = { ...inAnyCase, operator: "matches" };
  expect(encodeFilter(pattern)).toBe("matches,page,/Blog");
  expect(toApi([pattern])).toEqual([["matches", "event:page", ["/Blog"]]]);
});

test("what the API keeps comes back, unless pills can't show it", () => {
  expect(fromApi(toApi([brazil, inAnyCase]))).toEqual([brazil, inAnyCase]);
  expect(fromApi([["is", "visit:country", ["BR"], { case_sensitive: true }]])).toEqual([
    rowFilter("visit:country", "BR"),
  ]);
  for (const other of [
    [["and", [["is", "visit:country", ["BR"]]]]],
    [["not", ["is", "visit:country", ["BR"]]]],
    [["is", "visit:city", [2950159]]],
    ["is"],
  ])
    expect(fromApi(other)).toBeNull();
});

test("an edited filter takes the place of what it was", () => {
  const page = rowFilter("event:page", "/");
  const pages: Filter = { ...page, values: ["/", "/about"] };
  expect(putFilter([page, brazil], pages, page)).toEqual([pages, brazil]);
  expect(putFilter([page, brazil], page, page)).toEqual([page, brazil]);
  expect(putFilter([brazil], page)).toEqual([brazil, page]);
  expect(putFilter([page, brazil], page)).toEqual([brazil, page]);
  // Edited into what is there already: once is enough.
  expect(putFilter([pages, brazil, page], page, pages)).toEqual([page, brazil]);
});

test("two lists are the same whatever their order", () => {
  const page = rowFilter("event:page", "/");
  const turned: Filter = { ...brazil, values: ["PT", "BR"] };
  expect(sameFilters([brazil, page], [page, turned])).toBe(true);
  expect(sameFilters([brazil], [brazil, page])).toBe(false);
  expect(
    sameFilters([inAnyCase], [{ operator: "contains", dimension: "event:page", values: ["/Blog"] }]),
  ).toBe(false);
});
