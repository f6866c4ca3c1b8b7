import { expect, test } from "vitest";
import type { QueryAnswer } from "../api/types";
import type { Filter } from "./filters";
import { meantBy, SUGGESTIONS, suggestionQuestion, suggestionsOf } from "./suggestions";

const is = (dimension: string, ...values: string[]): Filter => ({ operator: "is", dimension, values });
const answer = (...rows: [number, ...string[]][]): QueryAnswer => ({
  results: rows.map(([visitors, ...dimensions]) => ({ metrics: [visitors], dimensions })),
  meta: {},
});

test("the server looks for parts of texts, among what the other filters pass", () => {
  expect(suggestionQuestion(is("event:page"), [is("visit:country", "BR")], " Blog ")).toEqual({
    dimension: "event:page",
    filters: [
      ["is", "visit:country", ["BR"]],
      ["contains", "event:page", ["Blog"], { case_sensitive: false }],
    ],
    limit: SUGGESTIONS,
  });
  expect(suggestionQuestion(is("event:page"), [], "").filters).toEqual([]);
});

test("a pattern shows what it finds", () => {
  const pattern: Filter = { operator: "matches_not", dimension: "visit:country", values: [] };
  expect(suggestionQuestion(pattern, [], "^B")).toMatchObject({
    filters: [["matches", "visit:country", ["^B"]]],
    limit: SUGGESTIONS,
  });
});

test("what people know by another name is looked through here", () => {
  expect(suggestionQuestion(is("visit:country"), [], "ger").filters).toEqual([]);
  const countries = answer([9, "US"], [5, "DE"], [3, "NE"], [2, "NG"], [1, "(not set)"]);
  const names = (typed: string) => suggestionsOf("visit:country", countries, typed).map(({ value }) => value);
  // Those that begin with it come before those that hold it.
  expect(names("ger")).toEqual(["DE", "NE", "NG"]);
  expect(names("germ")).toEqual(["DE"]);
  expect(names("niger")).toEqual(["NE", "NG"]);
  expect(names("de")[0]).toBe("DE");
  expect(names("")).toHaveLength(5);
  expect(suggestionsOf("visit:os", answer([1, "Mac"]), "macos")[0]).toMatchObject({
    value: "Mac",
    name: "macOS",
  });
});

test("accents and capitals don't matter, and regions go by the name the server tells", () => {
  const regions = answer([4, "BR-SP", "São Paulo"], [2, "BR-RJ", "Rio de Janeiro"]);
  expect(suggestionsOf("visit:region", regions, "sao")).toEqual([
    { value: "BR-SP", name: "São Paulo", visitors: 4 },
  ]);
});

test("no more than fit", () => {
  const many = answer(...Array.from({ length: 40 }, (_, index): [number, string] => [index, `/${index}`]));
  expect(suggestionsOf("event:page", many, "")).toHaveLength(SUGGESTIONS);
});

test("a part of a name means the thing; a path is meant as it is typed", () => {
  const list = (...values: string[]) => values.map((value) => ({ value, name: value, visitors: 1 }));
  const source = is("visit:source");
  expect(meantBy(source, list("Google", "Google Gemini"), " goo ")).toBe("Google");
  expect(meantBy(source, list("Google Gemini", "Google"), "google")).toBe("Google");
  expect(meantBy(source, [], "mybooklet")).toBe("mybooklet");
  expect(meantBy({ ...source, operator: "contains" }, list("Google"), "goo")).toBe("goo");
  expect(meantBy(is("event:page"), list("/blog/hello"), "/blog")).toBe("/blog");
  expect(meantBy(is("event:page"), list("/Blog"), "/blog")).toBe("/Blog");
});
