// Rows by the query language, asked when their question changes and again while the dashboard is live, so seldom that
// nobody waits for it. What was answered stays until the next answer is there.

import { useEffect, useRef, useState } from "preact/hooks";
import { type ApiError, toApiError } from "../api/problem";
import type { QueryAnswer, RowsQuestion } from "../api/types";
import { useViewer } from "../state/viewer";

const REFRESH_MS = 10_000;

export interface AskedRows {
  answer: QueryAnswer | null;
  /** The answer is that of an earlier question. */
  isStale: boolean;
  error: ApiError | null;
  retry: () => void;
}

/** `asOf` is when the dashboard's numbers are from: newer ones let this ask again. A question of `null` is not asked. */
export function useRows(site: string, question: RowsQuestion | null, asOf?: string): AskedRows {
  const { connection } = useViewer();
  const [known, setKnown] = useState<{ key: string; answer: QueryAnswer } | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [round, setRound] = useState(0);
  const key = JSON.stringify([site, question]);
  const latest = useRef({ key, asOf, askedAt: 0, askedFor: asOf, answered: "" });
  latest.current.asOf = asOf;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is site and question as text; `round` asks again
  useEffect(() => {
    const state = latest.current;
    state.askedFor = state.asOf;
    if (!question) return;
    const controller = new AbortController();
    state.askedAt = Date.now();
    setError(null);
    connection.listRows(site, question, controller.signal).then(
      (answer) => {
        state.answered = key;
        setKnown({ key, answer });
      },
      (reason: unknown) => {
        // A refresh that fails is made up for by the next one.
        if (!controller.signal.aborted && state.answered !== key) setError(toApiError(reason));
      },
    );
    return () => controller.abort();
  }, [connection, key, round]);

  useEffect(() => {
    const { askedAt, askedFor } = latest.current;
    if (asOf === askedFor) return;
    const timer = setTimeout(
      () => setRound((count) => count + 1),
      Math.max(0, askedAt + REFRESH_MS - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [asOf]);

  return {
    answer: known?.answer ?? null,
    isStale: known !== null && known.key !== key,
    error,
    retry: () => setRound((count) => count + 1),
  };
}
