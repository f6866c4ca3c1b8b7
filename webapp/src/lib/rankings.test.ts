import { describe, expect, it } from "vitest";
import type { ApiFilter } from "../api/types";
import {
  BY_VISITORS,
  orderAfter,
  type Ranking,
  rankingMetrics,
  rankingQuestion,
  searchFilters,
} from "./rankings";

const ranking = (part: Partial<Ranking>): Ranking => ({
  dimension: "visit:source",
  date_range: "30d",
  filters: [],
  search: "",
  order: BY_VISITORS,
  ...part,
});
const SIGNUP: ApiFilter = ["is", "event:name", ["signup"]];

describe("rankingMetrics", () => {
  it("tells what goes with each dimension", () => {
    expect(rankingMetrics("visit:country", [])).toEqual([
      "visitors",
      "visits",
      "pageviews",
      "bounce_rate",
      "visit_duration",
    ]);
    expect(rankingMetrics("event:name", [])).toEqual(["visitors", "events"]);
    expect(rankingMetrics("visit:exit_page", [])).toContain("exit_rate");
    expect(rankingMetrics("event:page", [])).toEqual(
      expect.arrayContaining(["time_on_page", "scroll_depth"]),
    );
  });

  it("leaves out time on page where events are filtered: the query language refuses it", () => {
    expect(rankingMetrics("event:page", [SIGNUP])).not.toContain("time_on_page");
    expect(rankingMetrics("event:page", [["is", "event:props:plan", ["pro"]]])).not.toContain("scroll_depth");
    expect(rankingMetrics("event:page", [["is", "visit:os", ["Mac"]]])).toContain("time_on_page");
  });
});

describe("rankingQuestion", () => {
  it("asks for a page of rows, equal numbers in a fixed order", () => {
    expect(rankingQuestion(ranking({}), 50)).toEqual({
      date_range: "30d",
      metrics: ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"],
      dimensions: ["visit:source"],
      filters: [],
      order_by: [
        ["visitors", "desc"],
        ["visit:source", "asc"],
      ],
      pagination: { limit: 50, offset: 50 },
    });
  });

  it("orders by names once", () => {
    const order = { key: "visit:source", direction: "desc" } as const;
    expect(rankingQuestion(ranking({ order }), 0)?.order_by).toEqual([["visit:source", "desc"]]);
  });

  it("falls back to visitors when a filter took the column of the order away", () => {
    const order = { key: "time_on_page", direction: "asc" } as const;
    const question = rankingQuestion(ranking({ dimension: "event:page", filters: [SIGNUP], order }), 0);
    expect(question?.order_by[0]).toEqual(["visitors", "asc"]);
  });

  it("keeps pageviews out of events, and adds the search to the filters in force", () => {
    expect(rankingQuestion(ranking({ dimension: "event:name", search: " sign " }), 0)?.filters).toEqual([
      ["is_not", "event:name", ["pageview"]],
      ["contains", "event:name", ["sign"], { case_sensitive: false }],
    ]);
  });

  it("asks for names beside codes", () => {
    expect(rankingQuestion(ranking({ dimension: "visit:region" }), 0)?.dimensions).toEqual([
      "visit:region",
      "visit:region_name",
    ]);
  });

  it("asks nothing when no country has such a name", () => {
    expect(rankingQuestion(ranking({ dimension: "visit:country", search: "atlantis" }), 0)).toBeNull();
  });
});

describe("searchFilters", () => {
  it("finds countries by name, part of a name, or code, whatever the accents", () => {
    expect(searchFilters("visit:country", "brazil")).toEqual([["is", "visit:country", ["BR"]]]);
    expect(searchFilters("visit:country", "cote d")).toEqual([["is", "visit:country", ["CI"]]]);
    expect(searchFilters("visit:country", "de")?.[0]?.[2]).toEqual(expect.arrayContaining(["DE", "SE"]));
  });

  it("finds languages with their regions", () => {
    expect(searchFilters("visit:language", "portug")).toEqual([
      ["matches", "visit:language", ["(?i)^(PT)(-|$)"]],
    ]);
    expect(searchFilters("visit:language", "pt-BR")).toEqual([
      ["contains", "visit:language", ["pt-BR"], { case_sensitive: false }],
    ]);
  });

  it("asks for nothing more when nothing is searched", () => {
    expect(searchFilters("event:page", "  ")).toEqual([]);
  });
});

describe("orderAfter", () => {
  it("begins numbers with the largest, names with the first, and turns on the second click", () => {
    expect(orderAfter(BY_VISITORS, "visits", false)).toEqual({ key: "visits", direction: "desc" });
    expect(orderAfter(BY_VISITORS, "event:page", true)).toEqual({ key: "event:page", direction: "asc" });
    expect(orderAfter(BY_VISITORS, "visitors", false)).toEqual({ key: "visitors", direction: "asc" });
  });
});
