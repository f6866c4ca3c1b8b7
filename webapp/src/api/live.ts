// Keeps something current: a subscription while the socket stands, polling while it does not, silence while nobody looks.

export type LiveState = "connecting" | "live" | "polling" | "offline" | "paused";

export interface LiveSource<T> {
  /** Opens the subscription; answers how to end it. */
  subscribe(sink: { next(value: T): void; ended(): void }): () => void;
  /** Asks once over HTTP, while the socket is away. */
  poll(signal: AbortSignal): Promise<T>;
  onValue(value: T): void;
  /** `retryAt`: while the socket is away, when it is tried again, in milliseconds since 1970. */
  onState?(state: LiveState, retryAt: number | null): void;
}

/** What a browser tells us; tests bring their own. */
export interface LiveWorld {
  isHidden(): boolean;
  /** A guess: a server on this machine can be reached without a network. */
  isOffline(): boolean;
  onVisibility(listener: () => void): () => void;
  onOnline(listener: () => void): () => void;
  onOffline(listener: () => void): () => void;
  random(): number;
  now(): number;
}

const POLL_MS = 10_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
/** A socket that says nothing for this long after being opened is treated as away. */
const PATIENCE_MS = 6_000;

/** Milliseconds before attempt `n` (from 0): doubling up to half a minute, spread so that clients don't return as one. */
export function backoff(attempt: number, random: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt) * (0.75 + random / 2);
}

export function keepLive<T>(source: LiveSource<T>, world: LiveWorld): () => void {
  let unsubscribe: (() => void) | null = null;
  let attempt = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;
  let pollTimer: ReturnType<typeof setTimeout> | undefined;
  let polling: AbortController | null = null;
  let stopped = false;

  const say = (state: LiveState, retryAt: number | null = null) => source.onState?.(state, retryAt);

  function close(): void {
    clearTimeout(retryTimer);
    clearTimeout(patience);
    unsubscribe?.();
    unsubscribe = null;
  }

  function stopPolling(): void {
    clearTimeout(pollTimer);
    polling?.abort();
    polling = null;
  }

  function startPolling(): void {
    if (polling) return;
    const round = new AbortController();
    polling = round;
    const again = () => {
      pollTimer = setTimeout(async () => {
        try {
          const value = await source.poll(round.signal);
          if (!round.signal.aborted) source.onValue(value);
        } catch {
          // The next round tries again; the state already says that the connection is away.
        }
        if (!round.signal.aborted) again();
      }, POLL_MS);
    };
    again();
  }

  /** Ends the attempt under way as a failed one. */
  let fail: (() => void) | null = null;

  function open(): void {
    close();
    if (stopped || world.isHidden()) return;
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      close();
      if (stopped || world.isHidden()) return;
      startPolling();
      const wait = backoff(attempt, world.random());
      attempt += 1;
      retryTimer = setTimeout(open, wait);
      say(world.isOffline() ? "offline" : "polling", world.now() + wait);
    };
    fail = end;
    patience = setTimeout(end, PATIENCE_MS);
    const closeThis = source.subscribe({
      next(value) {
        if (over || stopped) return;
        clearTimeout(patience);
        attempt = 0;
        stopPolling();
        say("live");
        source.onValue(value);
      },
      ended: end,
    });
    if (over) closeThis();
    else
      unsubscribe = () => {
        over = true;
        closeThis();
      };
  }

  function wake(): void {
    if (stopped) return;
    attempt = 0;
    if (world.isHidden()) {
      close();
      stopPolling();
      say("paused");
    } else {
      if (!polling) say("connecting");
      open();
    }
  }

  const forget = [
    world.onVisibility(wake),
    world.onOnline(wake),
    // A socket notices late that its network has gone.
    world.onOffline(() => fail?.()),
  ];
  wake();

  return () => {
    stopped = true;
    for (const off of forget) off();
    close();
    stopPolling();
  };
}

export const browserWorld: LiveWorld = {
  isHidden: () => document.hidden,
  isOffline: () => !navigator.onLine,
  onVisibility(listener) {
    document.addEventListener("visibilitychange", listener);
    return () => document.removeEventListener("visibilitychange", listener);
  },
  onOnline(listener) {
    addEventListener("online", listener);
    return () => removeEventListener("online", listener);
  },
  onOffline(listener) {
    addEventListener("offline", listener);
    return () => removeEventListener("offline", listener);
  },
  random: Math.random,
  now: Date.now,
};
