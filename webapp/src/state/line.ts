// The line to the server, as the header tells of it: how it stands, and how many are online.

import { type ReadonlySignal, signal } from "@preact/signals";
import type { LiveState } from "../api/live";

export interface LineState {
  state: LiveState;
  /** While it is away: when it is tried again, in milliseconds since 1970. */
  retryAt: number | null;
}

export interface Line {
  status: ReadonlySignal<LineState>;
  /** `null` as long as nobody has told. */
  online: ReadonlySignal<number | null>;
  tell(state: LiveState, retryAt: number | null): void;
  count(online: number | null): void;
}

export function createLine(): Line {
  const status = signal<LineState>({ state: "connecting", retryAt: null });
  const online = signal<number | null>(null);
  return {
    status,
    online,
    tell(state, retryAt) {
      const known = status.peek();
      if (known.state !== state || known.retryAt !== retryAt) status.value = { state, retryAt };
    },
    count(value) {
      online.value = value;
    },
  };
}
