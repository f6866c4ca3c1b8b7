// Something asked for when a part of a page appears, and again on demand.

import { useEffect, useState } from "preact/hooks";
import { type ApiError, toApiError } from "../api/problem";

export interface Loaded<T> {
  value: T | null;
  error: ApiError | null;
  /** Shows a changed value without asking. */
  keep: (value: T) => void;
  reload: () => void;
}

/** `load` is asked once, and again by `reload`. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the question is the same for the life of the part; `round` asks it again
  useEffect(() => {
    let gone = false;
    setError(null);
    load().then(
      (answer) => {
        if (!gone) setValue(answer);
      },
      (reason: unknown) => {
        if (!gone) setError(toApiError(reason));
      },
    );
    return () => {
      gone = true;
    };
  }, [round]);

  return { value, error, keep: setValue, reload: () => setRound(round + 1) };
}
