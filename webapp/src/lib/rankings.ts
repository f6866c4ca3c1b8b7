// What the full table of a ranking asks: its columns, its order, its search, its pages. Pure.

import type { ApiFilter, DateRange, RowMetric, RowsQuestion } from "../api/types";
import { countryName, isCountryCode, languageName } from "./names";
import { once } from "./once";

/** Rows of a table on one page. */
export const PAGE_ROWS = 50;
/** Rows that one answer of the query language may have. */
export const ANSWER_ROWS = 10_000;

export interface Order {
  /** A metric, or the dimension itself. */
  key: string;
  direction: "asc" | "desc";
}

export const BY_VISITORS: Order = { key: "visitors", direction: "desc" };

/** The numbers that go with a dimension and with the filters in force; visitors come first. */
export function rankingMetrics(dimension: string, filters: readonly ApiFilter[]): RowMetric[] {
  const visits: RowMetric[] = ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"];
  switch (dimension) {
    case "event:name":
      return ["visitors", "events"];
    case "event:page":
      return filters.some(([, of]) => isOfEvents(of)) ? visits : [...visits, "time_on_page", "scroll_depth"];
    case "visit:exit_page":
      return [...visits, "exit_rate"];
    default:
      return visits;
  }
}

/** Time on a page is not told of single events. */
const isOfEvents = (dimension: string) =>
  dimension === "event:name" || dimension === "event:goal" || dimension.startsWith("event:props:");

/** Where the values are codes, the dimension that has their names. */
const NAMED_BY: Partial<Record<string, string>> = {
  "visit:region": "visit:region_name",
  "visit:city": "visit:city_name",
};

/** The dimension, and the one that names its values. */
function rankingDimensions(dimension: string): string[] {
  const names = NAMED_BY[dimension];
  return names ? [dimension, names] : [dimension];
}

/** Whether rows in the order of their values are in an order that people see: codes are not. */
export function isOrderedByValue(dimension: string): boolean {
  return dimension !== "visit:country" && dimension !== "visit:language" && dimension !== "visit:screen";
}

/**
 * The filter that a search for `text` stands for; none for a blank search. Countries and languages are searched by
 * their names in the reader's language. `null`: nothing can match.
 */
export function searchFilters(dimension: string, text: string): ApiFilter[] | null {
  const wanted = text.trim();
  if (wanted === "") return [];
  if (dimension === "visit:country") {
    const codes = codesNamed(wanted, (code) => (isCountryCode(code) ? countryName(code) : code));
    return codes.length > 0 ? [["is", dimension, codes]] : null;
  }
  if (dimension === "visit:language") {
    const codes = codesNamed(wanted, (code) => languageName(code.toLowerCase()));
    return codes.length > 0
      ? [["matches", dimension, [`(?i)^(${codes.join("|")})(-|$)`]]]
      : [["contains", dimension, [wanted], { case_sensitive: false }]];
  }
  return [["contains", NAMED_BY[dimension] ?? dimension, [wanted], { case_sensitive: false }]];
}

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const pairs = once(() => LETTERS.flatMap((one) => LETTERS.map((other) => one + other)));

/** Codes of two letters that are, or whose name contains, what is wanted. */
function codesNamed(wanted: string, nameOf: (code: string) => string): string[] {
  const plain = fold(wanted);
  return pairs().filter((code) => {
    const name = nameOf(code);
    return code === wanted.toUpperCase() || (name.toUpperCase() !== code && fold(name).includes(plain));
  });
}

/** Without case and accents, as people search. */
const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export interface Ranking {
  dimension: string;
  date_range: DateRange;
  filters: readonly ApiFilter[];
  search: string;
  order: Order;
}

/** The question for rows `offset` and following; `null` when a search can't find any. */
export function rankingQuestion(
  { dimension, date_range, filters, search, order }: Ranking,
  offset: number,
  limit = PAGE_ROWS,
): RowsQuestion | null {
  const searched = searchFilters(dimension, search);
  if (searched === null) return null;
  const metrics = rankingMetrics(dimension, filters);
  const key =
    order.key === dimension || metrics.some((metric) => metric === order.key) ? order.key : "visitors";
  return {
    date_range,
    metrics,
    dimensions: rankingDimensions(dimension),
    filters: [...filters, ...ownFilters(dimension), ...searched],
    // Equal numbers in the order of their values, so that pages don't overlap.
    order_by:
      key === dimension
        ? [[key, order.direction]]
        : [
            [key, order.direction],
            [dimension, "asc"],
          ],
    pagination: { limit, offset },
  };
}

/** Custom events are ranked among themselves. */
const ownFilters = (dimension: string): ApiFilter[] =>
  dimension === "event:name" ? [["is_not", dimension, ["pageview"]]] : [];

/** The order after a click on a column: numbers begin with the largest, names with the first. */
export function orderAfter(order: Order, key: string, isName: boolean): Order {
  if (order.key !== key) return { key, direction: isName ? "asc" : "desc" };
  return { key, direction: order.direction === "asc" ? "desc" : "asc" };
}
