// What can be filtered by, in groups as the menu shows it, and what the editor offers for each.

import { type Filter, OPERATORS, type Operator } from "./filters";
import { type Limits, offersDimension } from "./limits";

/** Stands for all properties: which one is asked in the editor. */
export const ANY_PROPERTY = "event:props:";

export const FILTER_GROUPS = [
  ["page", ["event:page", "visit:entry_page", "visit:exit_page", "event:hostname"]],
  [
    "source",
    [
      "visit:source",
      "visit:channel",
      "visit:referrer",
      "visit:utm_source",
      "visit:utm_medium",
      "visit:utm_campaign",
      "visit:utm_content",
      "visit:utm_term",
    ],
  ],
  ["location", ["visit:country", "visit:region", "visit:city", "visit:language"]],
  [
    "device",
    [
      "visit:browser",
      "visit:browser_version",
      "visit:os",
      "visit:os_version",
      "visit:device",
      "visit:screen",
    ],
  ],
  ["event", ["event:name", ANY_PROPERTY]],
] as const satisfies readonly (readonly [string, readonly string[]])[];

type FilterGroup = readonly [
  name: (typeof FILTER_GROUPS)[number][0],
  dimensions: readonly (typeof FILTER_GROUPS)[number][1][number][],
];

/** The groups with what a viewer may filter by; empty ones are left out. */
export function offeredGroups(limits: Limits | null): FilterGroup[] {
  return FILTER_GROUPS.map(
    ([name, dimensions]): FilterGroup => [
      name,
      dimensions.filter((dimension) => limits === null || offersDimension(limits, dimension)),
    ],
  ).filter(([, dimensions]) => dimensions.length > 0);
}

/** Dimensions of a few fixed values, which are told by name: part of a code means nothing. */
const FIXED = new Set(["visit:country", "visit:device", "visit:screen"]);

/** The operators that make sense, and the one that is there already. */
export function operatorsFor(dimension: string, shown?: Operator): Operator[] {
  return OPERATORS.filter(
    (operator) => !FIXED.has(dimension) || operator.startsWith("is") || operator === shown,
  );
}

/** Whether it is worth asking if capitals matter. */
export function asksCase(dimension: string, operator: Operator): boolean {
  return !FIXED.has(dimension) && !operator.startsWith("matches");
}

/** Dimensions with so few values that all are fetched, and looked through by the names people know. */
const NAMED = new Set([
  ...FIXED,
  "visit:language",
  "visit:os",
  "visit:browser",
  "visit:channel",
  "visit:region",
]);

export const isNamed = (dimension: string): boolean => NAMED.has(dimension);

/** Dimensions whose values are names of things: who types a part of one means it. Paths and tags are meant as typed. */
const NAMES = new Set([...NAMED, "visit:source", "visit:city", "event:name"]);

/** Whether a part of a value stands for the value, as soon as it is clear which. */
export function completes({ dimension, operator }: Filter): boolean {
  return NAMES.has(dimension) && operator.startsWith("is");
}

/** A new filter as the editor starts it. */
export function newFilter(dimension: string): Filter {
  return { operator: "is", dimension, values: [] };
}

/** With another operator: looking for a part of a text does not mind capitals unless one says so. */
export function withOperator(filter: Filter, operator: Operator): Filter {
  const { anyCase, ...rest } = filter;
  const wasPart = filter.operator.startsWith("contains");
  const isPart = operator.startsWith("contains");
  const keeps = isPart === wasPart ? anyCase : isPart || undefined;
  return { ...rest, operator, ...(keeps && asksCase(filter.dimension, operator) ? { anyCase: true } : {}) };
}

/** Adds a value, or takes it away when it is there. */
export function toggleValue(filter: Filter, value: string): Filter {
  const values = filter.values.includes(value)
    ? filter.values.filter((other) => other !== value)
    : [...filter.values, value];
  return { ...filter, values };
}

/** What is wrong with a filter before it is sent. */
export function filterFault(filter: Filter): "no_value" | "no_property" | null {
  if (filter.dimension.startsWith(ANY_PROPERTY) && filter.dimension.slice(ANY_PROPERTY.length).trim() === "")
    return "no_property";
  return filter.values.length === 0 ? "no_value" : null;
}
