// Looks every few seconds why nothing arrives, while somebody looks: at what the server has seen, and once at what this
// browser can tell.

import { useEffect, useMemo, useState } from "preact/hooks";
import { getArrivals } from "../../api/client";
import { type ApiError, toApiError } from "../../api/problem";
import type { Arrivals, Site } from "../../api/types";
import { type Advice, advise } from "../../lib/arrivals";
import { scriptOf } from "../../lib/install";
import { urls } from "../../lib/urls";

const LOOK_MS = 4_000;

export interface Check {
  advice: Advice[] | null;
  /** Why the server could not be asked. */
  error: ApiError | null;
}

export function useCheck(site: Site): Check {
  const [arrivals, setArrivals] = useState<Arrivals | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [script, setScript] = useState<"loads" | "blocked" | null>(null);

  useEffect(() => {
    const controller = new AbortController();
    void canLoad().then((loads) => {
      if (!controller.signal.aborted) setScript(loads ? "loads" : "blocked");
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      clearTimeout(timer);
      if (document.hidden) return;
      try {
        setArrivals(await getArrivals(site.id, controller.signal));
        setError(null);
      } catch (reason) {
        if (controller.signal.aborted) return;
        setError(toApiError(reason));
      }
      if (!controller.signal.aborted) timer = setTimeout(look, LOOK_MS);
    };
    void look();
    document.addEventListener("visibilitychange", look);
    return () => {
      controller.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [site.id]);

  const advice = useMemo(
    () =>
      arrivals &&
      advise(
        arrivals,
        {
          domain: site.domain,
          src: scriptOf(site).src,
          script,
          asksNotToBeTracked: site.honour_dnt && asksNotToBeTracked(),
        },
        Date.now(),
      ),
    [arrivals, script, site],
  );
  return { advice, error };
}

/** Whether this browser gets the script and may send to where it sends. What blocks them lets no answer through at all. */
async function canLoad(): Promise<boolean> {
  try {
    await Promise.all([
      fetch(urls.script, { cache: "no-store" }),
      fetch(urls.collect, { method: "OPTIONS", cache: "no-store" }),
    ]);
    return true;
  } catch {
    return false;
  }
}

function asksNotToBeTracked(): boolean {
  const { doNotTrack, globalPrivacyControl } = navigator as Navigator & { globalPrivacyControl?: boolean };
  return doNotTrack === "1" || globalPrivacyControl === true;
}
