// What nobody waits for is done when the browser has nothing better to do.

import { useEffect, useState } from "preact/hooks";

/** It comes even to a browser that is always busy, and sooner than what happens live. */
const LATEST_MS = 500;

/** `value` as it was when the browser last came to rest; `null` until it first does. */
export function useRest<T>(value: T): T | null {
  const [rested, setRested] = useState<T | null>(null);
  useEffect(() => {
    // Safari has none: there it comes a moment later.
    if (typeof requestIdleCallback === "undefined") {
      const timer = setTimeout(() => setRested(value), 200);
      return () => clearTimeout(timer);
    }
    const request = requestIdleCallback(() => setRested(value), { timeout: LATEST_MS });
    return () => cancelIdleCallback(request);
  }, [value]);
  return rested;
}
