// What the values of a filter may be, asked while one types.

import { useEffect, useState } from "preact/hooks";
import { type ApiError, toApiError } from "../api/problem";
import type { DateRange, QueryAnswer } from "../api/types";
import type { Filter } from "../lib/filters";
import { type Suggestion, suggestionQuestion, suggestionsOf } from "../lib/suggestions";
import { useViewer } from "../state/viewer";

export interface Suggestions {
  /** `null` until the first answer. */
  list: readonly Suggestion[] | null;
  error: ApiError | null;
  /** Those for what is typed now, which may still be on their way. */
  settle: () => Promise<readonly Suggestion[]>;
}

/** Between two letters of somebody who types. */
const PAUSE_MS = 150;

export function useSuggestions(
  site: string,
  filter: Filter,
  others: readonly Filter[],
  period: DateRange,
  typed: string,
): Suggestions {
  const { connection } = useViewer();
  const [answer, setAnswer] = useState<QueryAnswer | null>(null);
  const [answered, setAnswered] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  const question = JSON.stringify({ date_range: period, ...suggestionQuestion(filter, others, typed) });
  const isFirst = answer === null;
  const isKnown = !filter.dimension.endsWith(":");

  // biome-ignore lint/correctness/useExhaustiveDependencies: the first question is asked at once
  useEffect(() => {
    if (!isKnown) return;
    const controller = new AbortController();
    const timer = setTimeout(
      () =>
        connection.listValues(site, JSON.parse(question), controller.signal).then(
          (found) => {
            setAnswer(found);
            setAnswered(question);
            setError(null);
          },
          (reason: unknown) => {
            if (!controller.signal.aborted) setError(toApiError(reason));
          },
        ),
      isFirst ? 0 : PAUSE_MS,
    );
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [connection, site, question, isKnown]);

  const list = answer && !error ? suggestionsOf(filter.dimension, answer, typed) : null;
  return {
    list,
    error,
    settle: async () =>
      list && answered === question
        ? list
        : suggestionsOf(filter.dimension, await connection.listValues(site, JSON.parse(question)), typed),
  };
}
