// One site by its domain or id: from the list at once, and afresh from the server.

import { useEffect, useState } from "preact/hooks";
import { getSite } from "../api/client";
import { type ApiError, toApiError } from "../api/problem";
import type { Site } from "../api/types";
import { findSite, keepSite } from "../state/sites";

export interface SiteState {
  site: Site | undefined;
  error: ApiError | null;
  reload: () => void;
}

export function useSite(key: string): SiteState {
  const [error, setError] = useState<ApiError | null>(null);
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks again
  useEffect(() => {
    let gone = false;
    setError(null);
    getSite(key).then(
      (site) => {
        if (!gone) keepSite(site);
      },
      (reason: unknown) => {
        if (!gone) setError(toApiError(reason));
      },
    );
    return () => {
      gone = true;
    };
  }, [key, round]);

  return { site: findSite(key), error, reload: () => setRound(round + 1) };
}
