// Filters as data: what the query language takes, what the address holds, what a click changes.

import type { ApiFilter } from "../api/types";

export const OPERATORS = ["is", "is_not", "contains", "contains_not", "matches", "matches_not"] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Filter {
  operator: Operator;
  /** The query language's word, for example `visit:country`. */
  dimension: string;
  values: string[];
  /** Capital and small letters are the same. Regular expressions say so themselves. */
  anyCase?: true;
}

export function toApi(filters: readonly Filter[]): ApiFilter[] {
  return filters.map(({ operator, dimension, values, anyCase }) =>
    anyCase && takesCase(operator)
      ? [operator, dimension, values, { case_sensitive: false }]
      : [operator, dimension, values],
  );
}

/** What the API keeps, as the pills show it; `null` when it holds what only the query language can say. */
export function fromApi(list: readonly unknown[]): Filter[] | null {
  const filters: Filter[] = [];
  for (const entry of list) {
    if (!Array.isArray(entry)) return null;
    const [operator, dimension, values, options] = entry as unknown[];
    if (typeof operator !== "string" || !isOperator(operator) || typeof dimension !== "string") return null;
    if (!Array.isArray(values) || !values.every((value) => typeof value === "string")) return null;
    const anyCase = isRecord(options) && options.case_sensitive === false;
    filters.push({ operator, dimension, values, ...(anyCase ? { anyCase } : {}) });
  }
  return filters;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Whether an operator can be told not to mind capitals. */
function takesCase(operator: Operator): boolean {
  return !operator.startsWith("matches");
}

/** After an operator in an address: in any case. */
const ANY_CASE = "-i";

/** `is,country,BR,PT`: short words for dimensions, backslash before commas and backslashes of values. */
export function encodeFilter({ operator, dimension, values, anyCase }: Filter): string {
  const short = dimension === "event:name" ? "event" : dimension.replace(/^(visit|event):/, "");
  const isShort = longDimension(short) === dimension;
  return [
    operator + (anyCase && takesCase(operator) ? ANY_CASE : ""),
    isShort ? short : dimension,
    ...values.map((value) => value.replace(/[\\,]/g, "\\$&")),
  ].join(",");
}

export function decodeFilter(text: string): Filter | null {
  const [word = "", dimension, ...values] = splitEscaped(text);
  const anyCase = word.endsWith(ANY_CASE);
  const operator = anyCase ? word.slice(0, -ANY_CASE.length) : word;
  if (!isOperator(operator) || !dimension || values.length === 0) return null;
  if (anyCase && !takesCase(operator)) return null;
  return { operator, dimension: longDimension(dimension), values, ...(anyCase ? { anyCase } : {}) };
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

/** Puts a filter in the place of another, or at the end. What is said twice is said once. */
export function putFilter(filters: readonly Filter[], filter: Filter, inPlaceOf?: Filter): Filter[] {
  const rest = filters.filter((other) => !sameFilter(other, filter));
  const at = inPlaceOf ? rest.findIndex((other) => sameFilter(other, inPlaceOf)) : -1;
  if (at < 0 && inPlaceOf && sameFilter(inPlaceOf, filter)) return [...filters];
  return at < 0 ? [...rest, filter] : rest.with(at, filter);
}

/** Whether two lists pass the same: neither the order of filters nor that of their values matters. */
export function sameFilters(a: readonly Filter[], b: readonly Filter[]): boolean {
  const words = (filters: readonly Filter[]) =>
    filters.map((filter) => encodeFilter({ ...filter, values: [...new Set(filter.values)].sort() })).sort();
  return words(a).join("\n") === words(b).join("\n");
}

const EVENT_DIMENSIONS = new Set(["page", "hostname", "goal"]);

function longDimension(short: string): string {
  if (short.includes(":")) return short;
  if (short === "event") return "event:name";
  return EVENT_DIMENSIONS.has(short) ? `event:${short}` : `visit:${short}`;
}

function isOperator(text: string): text is Operator {
  return (OPERATORS as readonly string[]).includes(text);
}

/** Splits at commas that no backslash protects. */
function splitEscaped(text: string): string[] {
  const parts = text.match(/(?:^|,)(?:\\[\s\S]|[^\\,])*/g) ?? [];
  return parts.map((part, index) => (index === 0 ? part : part.slice(1)).replace(/\\([\s\S])/g, "$1"));
}
