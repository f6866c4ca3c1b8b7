// Filters as data: what the query language takes, what the address holds, what a click changes.

import type { ApiFilter } from "../api/types";

export const OPERATORS = ["is", "is_not", "contains", "contains_not", "matches", "matches_not"] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Filter {
  operator: Operator;
  /** The query language's word, for example `visit:country`. */
  dimension: string;
  values: string[];
}

export function toApi(filters: readonly Filter[]): ApiFilter[] {
  return filters.map(({ operator, dimension, values }) => [operator, dimension, values]);
}

/** `is,country,BR,PT`: short words for dimensions, backslash before commas and backslashes of values. */
export function encodeFilter({ operator, dimension, values }: Filter): string {
  const short = dimension === "event:name" ? "event" : dimension.replace(/^(visit|event):/, "");
  const isShort = longDimension(short) === dimension;
  return [
    operator,
    isShort ? short : dimension,
    ...values.map((value) => value.replace(/[\\,]/g, "\\$&")),
  ].join(",");
}

export function decodeFilter(text: string): Filter | null {
  const [operator, dimension, ...values] = splitEscaped(text);
  if (!isOperator(operator) || !dimension || values.length === 0) return null;
  return { operator, dimension: longDimension(dimension), values };
}

export function sameFilter(a: Filter, b: Filter): boolean {
  return encodeFilter(a) === encodeFilter(b);
}

/** The `is` filter that a click on a row stands for. */
export function rowFilter(dimension: string, value: string): Filter {
  return { operator: "is", dimension, values: [value] };
}

/** Adds a filter, or takes it away when it is there. An `is` takes the place of another `is` of its dimension. */
export function toggleFilter(filters: readonly Filter[], filter: Filter): Filter[] {
  if (filters.some((other) => sameFilter(other, filter))) return removeFilter(filters, filter);
  const isRival = (other: Filter) =>
    filter.operator === "is" && other.operator === "is" && other.dimension === filter.dimension;
  return [...filters.filter((other) => !isRival(other)), filter];
}

export function removeFilter(filters: readonly Filter[], filter: Filter): Filter[] {
  return filters.filter((other) => !sameFilter(other, filter));
}

const EVENT_DIMENSIONS = new Set(["page", "hostname", "goal"]);

function longDimension(short: string): string {
  if (short.includes(":")) return short;
  if (short === "event") return "event:name";
  return EVENT_DIMENSIONS.has(short) ? `event:${short}` : `visit:${short}`;
}

function isOperator(text: string | undefined): text is Operator {
  return (OPERATORS as readonly string[]).includes(text ?? "");
}

/** Splits at commas that no backslash protects. */
function splitEscaped(text: string): string[] {
  const parts = text.match(/(?:^|,)(?:\\[\s\S]|[^\\,])*/g) ?? [];
  return parts.map((part, index) => (index === 0 ? part : part.slice(1)).replace(/\\([\s\S])/g, "$1"));
}
