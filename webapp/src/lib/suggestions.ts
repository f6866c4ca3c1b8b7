// What the filter editor proposes while one types: the question to the server, and the choice among its answers.

import type { ApiFilter, QueryAnswer } from "../api/types";
import { completes, isNamed } from "./filter-groups";
import type { Filter } from "./filters";
import { toApi } from "./filters";
import { valueName } from "./names";

export interface Suggestion {
  value: string;
  name: string;
  visitors: number;
}

/** As many as are shown. */
export const SUGGESTIONS = 12;
/** Of what is looked through here, all that there can be. */
const ALL_NAMED = 500;

interface SuggestionQuestion {
  dimension: string;
  filters: ApiFilter[];
  limit: number;
}

/** The most visited values among what the other filters pass; `typed` is looked for by the server where names are values. */
export function suggestionQuestion(
  { dimension, operator }: Filter,
  others: readonly Filter[],
  typed: string,
): SuggestionQuestion {
  const text = typed.trim();
  const isPattern = operator.startsWith("matches");
  if (isNamed(dimension) && !isPattern) return { dimension, filters: toApi(others), limit: ALL_NAMED };
  const search: ApiFilter[] =
    text === ""
      ? []
      : isPattern
        ? [["matches", dimension, [text]]]
        : [["contains", dimension, [text], { case_sensitive: false }]];
  return { dimension, filters: [...toApi(others), ...search], limit: SUGGESTIONS };
}

/** Rows of the answer as people know them, those that hold what is typed, most visitors first. */
export function suggestionsOf(dimension: string, answer: QueryAnswer, typed: string): Suggestion[] {
  const rows = answer.results.map(({ dimensions, metrics }) => {
    const value = dimensions[0] ?? "";
    // A region is told by its name where the server knows one.
    const name = dimensions[1] ?? valueName(dimension, value);
    return { value, name, visitors: metrics[0] ?? 0 };
  });
  if (!isNamed(dimension)) return rows.slice(0, SUGGESTIONS);
  const text = plain(typed);
  const rank = ({ name, value }: Suggestion): number => {
    const words = plain(name);
    if (words.startsWith(text) || plain(value) === text) return 0;
    return words.includes(text) || plain(value).includes(text) ? 1 : 2;
  };
  return rows
    .map((row) => ({ row, rank: text === "" ? 0 : rank(row) }))
    .filter(({ rank }) => rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .map(({ row }) => row)
    .slice(0, SUGGESTIONS);
}

/** What somebody means who types this and is done: the value it names, or the text itself. */
export function meantBy(filter: Filter, list: readonly Suggestion[], typed: string): string {
  const text = typed.trim();
  if (!filter.operator.startsWith("is")) return text;
  const named = list.find(({ name, value }) => plain(name) === plain(text) || plain(value) === plain(text));
  const meant = named ?? (completes(filter) ? list[0] : undefined);
  return meant?.value ?? text;
}

/** Without capitals and accents. */
function plain(text: string): string {
  return text.trim().normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
