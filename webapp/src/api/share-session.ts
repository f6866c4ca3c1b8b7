// A reader of a share link. The token, and the password while it is needed to renew it, live in this closure only: never
// in a cookie or in storage. When something hints that the link has ended, the server is asked at once; if it has, the
// session is over for good and the page shows nothing of the site any more.

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Credentials } from "./connection";
import type { Send } from "./http";
import { ApiError, toApiError } from "./problem";
import { getShareDoor, isShareTokenGood, openShare } from "./share-reader";
import type { ShareSession } from "./share-types";

/** What a reader may know of their session. */
export type Shared = Omit<ShareSession, "access_token" | "token_type" | "expires_in">;

export type ShareState =
  | { is: "opening" }
  /** Asks for the password; `wrong` after one that did not open. */
  | { is: "locked"; wrong: boolean }
  | { is: "open"; shared: Shared }
  /** Unknown, expired, paused, revoked: nobody can tell which. */
  | { is: "missing" }
  /** It was open here, and has ended since. */
  | { is: "ended" }
  | { is: "failed"; error: ApiError };

/** What the outside world does for us; tests bring their own. */
export interface ShareWorld {
  send: Send;
  now(): number;
}

export interface Reader extends Credentials {
  state: ReadonlySignal<ShareState>;
  /** Goes in, or learns that a password is needed. */
  start(): Promise<void>;
  /** Tries a password. Throws what is not about the password. */
  unlock(password: string): Promise<void>;
}

/** A token this close to its end is renewed before it is used; one of a link that ends soon is short, and renewed later. */
const RENEW_BEFORE_MS = 60_000;

export function createReader(slug: string, world: ShareWorld): Reader {
  const state = signal<ShareState>({ is: "opening" });
  let token: { value: string; renewAt: number } | null = null;
  let password: string | null = null;
  let wasOpen = false;
  let renewing: Promise<void> | null = null;
  let checking: Promise<void> | null = null;
  /** Whether the server was asked what the link shows by now: once is enough, as each answer counts as a view. */
  let askedAnew = false;

  function close(next: ShareState): void {
    token = null;
    password = null;
    state.value = next;
  }

  const end = () => close({ is: wasOpen ? "ended" : "missing" });

  async function enter(): Promise<void> {
    const {
      access_token,
      token_type: _,
      expires_in,
      ...shared
    } = await openShare(world.send, slug, password);
    const good = expires_in * 1000;
    token = { value: access_token, renewAt: world.now() + good - Math.min(RENEW_BEFORE_MS, good / 4) };
    wasOpen = true;
    state.value = { is: "open", shared };
  }

  /** A new token for one that has run out; several callers share one. */
  function renew(): Promise<void> {
    renewing ??= enter()
      .catch((error: unknown) => {
        const { status } = toApiError(error);
        if (status === 404) end();
        else if (status === 401) close({ is: "locked", wrong: false });
        else throw error;
      })
      .finally(() => {
        renewing = null;
      });
    return renewing;
  }

  async function fresh(): Promise<string | null> {
    if (token && world.now() >= token.renewAt) await renew();
    return token?.value ?? null;
  }

  const sendWith =
    (value: string | null): Send =>
    (request) => {
      if (value !== null) request.headers.set("authorization", `Bearer ${value}`);
      return world.send(request);
    };

  /** Asks whether the link still stands and the token with it. What can't be asked now is asked at the next hint. */
  function check(refused: string | null): Promise<void> {
    checking ??= (async () => {
      if (state.peek().is !== "open") return;
      try {
        await getShareDoor(world.send, slug);
        const { value } = token ?? { value: null };
        const open = state.peek();
        if (value === null || open.is !== "open") return;
        if (refused === value || !(await isShareTokenGood(sendWith(value), open.shared.site.id)))
          await renew();
      } catch (error) {
        if (toApiError(error).status === 404) end();
      }
    })().finally(() => {
      checking = null;
    });
    return checking;
  }

  return {
    state,

    async start() {
      state.value = { is: "opening" };
      try {
        // Most links have no password: going in tells whether this one has.
        await enter();
      } catch (reason) {
        const error = toApiError(reason);
        if (error.status === 404) end();
        else if (error.status === 401) state.value = { is: "locked", wrong: false };
        else state.value = { is: "failed", error };
      }
    },

    async unlock(typed) {
      password = typed;
      try {
        await enter();
      } catch (reason) {
        password = null;
        const error = toApiError(reason);
        if (error.status === 404) end();
        else if (error.status === 401) state.value = { is: "locked", wrong: true };
        else throw error;
      }
    },

    token: fresh,

    async send(request) {
      const retry = request.clone();
      const used = await fresh();
      if (used === null) throw new ApiError(401);
      const response = await sendWith(used)(request);
      if (response.status === 403 && !askedAnew) {
        // The link shows something else by now: what, comes with a new session.
        askedAnew = true;
        await renew();
        return token ? sendWith(token.value)(retry) : response;
      }
      if (response.status !== 401 && response.status !== 404) return response;
      await check(response.status === 401 ? used : null);
      return token && token.value !== used ? sendWith(token.value)(retry) : response;
    },

    onEnded: () => void check(null),
  };
}
