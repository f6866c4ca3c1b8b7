// How the line to the server stands, in words.

import type { LiveState } from "../api/live";
import { t } from "../i18n";

/** What there is to say of it; `null` while it is as it should be. */
export function lineWords(state: LiveState): string | null {
  switch (state) {
    case "polling":
      return t("live.polling");
    case "offline":
      return t("live.offline");
    case "paused":
      return t("live.paused");
    default:
      return null;
  }
}

/** Whole seconds until then, never less than none. */
export function secondsLeft(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000));
}
