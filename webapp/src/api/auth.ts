// Who is logged in. The access token lives in memory only; the refresh token is a cookie that scripts can't read.
// Refreshes are serialised over all tabs by a Web Lock, since the cookie changes with each use.

import { signal } from "@preact/signals";
import { problemOf } from "./problem";
import type { Account, Session, User } from "./types";

export type AuthState = "starting" | "unreachable" | "signed_out" | "signed_in";
export interface Identity {
  user: User;
  account: Account;
}
export type AuthMessage = { type: "signed_out" } | { type: "signed_in"; user_id: string; account_id: string };

/** The `type` of the problem that asks for the code of the second factor. */
export const SECOND_FACTOR = "urn:haru:problem:second-factor";

/** What the outside world does for us; tests bring their own. */
export interface AuthWorld {
  /** Posts to `/api/v1/auth/{action}` with the cookie, and with the token where one is given. */
  post(action: string, body?: unknown, token?: string): Promise<Response>;
  /** Sends a request of the API. */
  send(request: Request): Promise<Response>;
  /** Runs one holder of the lock at a time, over all tabs of this browser. */
  lock<T>(work: () => Promise<T>): Promise<T>;
  /** Tells the other tabs. */
  tell(message: AuthMessage): void;
  now(): number;
}

/** A token this close to its end is renewed before it is used. */
const RENEW_BEFORE_MS = 60_000;

export function createAuth(world: AuthWorld) {
  const state = signal<AuthState>("starting");
  const identity = signal<Identity | null>(null);
  let token: { value: string; expiresAt: number } | null = null;
  let refreshing: Promise<void> | null = null;

  function enter(session: Session): void {
    token = { value: session.access_token, expiresAt: world.now() + session.expires_in * 1000 };
    identity.value = { user: session.user, account: session.account };
    state.value = "signed_in";
  }

  function leave(): void {
    token = null;
    identity.value = null;
    state.value = "signed_out";
  }

  /** Renews the tokens; several callers share one refresh. Throws when the server can't be asked. */
  function refresh(): Promise<void> {
    refreshing ??= world
      .lock(async () => {
        const response = await world.post("refresh");
        if (response.ok) enter((await response.json()) as Session);
        else if (response.status === 401 || response.status === 403) leave();
        else throw problemOf(response.status, await bodyOf(response));
      })
      .finally(() => {
        refreshing = null;
      });
    return refreshing;
  }

  const isStale = () => token !== null && token.expiresAt - world.now() < RENEW_BEFORE_MS;

  /** A token that is good for a while, or `null` when nobody is logged in. */
  async function freshToken(): Promise<string | null> {
    if (isStale()) await refresh();
    return token?.value ?? null;
  }

  async function enterWith(action: string, body: unknown, bearer?: string): Promise<void> {
    const response = await world.post(action, body, bearer);
    if (!response.ok) throw problemOf(response.status, await bodyOf(response));
    const session = (await response.json()) as Session;
    enter(session);
    world.tell({ type: "signed_in", user_id: session.user.id, account_id: session.account.id });
  }

  /** Moves this login into another account. Under the lock: a refresh meanwhile would bring back a token of the old one. */
  async function moveWith(action: string, body: unknown): Promise<void> {
    const bearer = await freshToken();
    if (bearer === null) throw problemOf(401, undefined);
    await world.lock(() => enterWith(action, body, bearer));
  }

  return {
    state,
    identity,
    freshToken,

    /** Asks the cookie at the start of the page who we are. */
    async start(): Promise<void> {
      state.value = "starting";
      try {
        await refresh();
      } catch {
        state.value = "unreachable";
      }
    },

    /** Asks the cookie again: after a change that may have ended this login or moved it. */
    async recheck(): Promise<void> {
      await refresh().catch(() => undefined);
    },

    /** Renews the tokens if they end soon. */
    async renew(): Promise<void> {
      if (isStale()) await refresh();
    },

    /** Milliseconds until the tokens want renewing, `null` when logged out. */
    renewIn(): number | null {
      return token && Math.max(0, token.expiresAt - world.now() - RENEW_BEFORE_MS);
    },

    login: (email: string, password: string, code?: string) =>
      enterWith("login", { email, password, ...(code === undefined ? {} : { code }) }),
    registerInvited: (token: string, email: string, password: string, name: string) =>
      enterWith("invitation/register", { token, email, password, name }),
    accept: (token: string) => moveWith("invitation/accept", { token }),
    switchTo: (accountId: string) => moveWith("switch", { account_id: accountId }),
    register: (email: string, password: string, name: string) =>
      enterWith("register", { email, password, name }),

    async logout(): Promise<void> {
      const response = await world.post("logout");
      if (!response.ok && response.status !== 401) throw problemOf(response.status, await bodyOf(response));
      leave();
      world.tell({ type: "signed_out" });
    },

    /** Sends a request with the token. A 401 renews it once (unless another request already has) and tries again. */
    async fetch(request: Request): Promise<Response> {
      const retry = request.clone();
      const used = await freshToken();
      const response = await world.send(withToken(request, used));
      // Another tab has moved the login to another account: what this one shows is of the old one, so nothing is sent again.
      if (response.status === 409 && token?.value === used && (await isAboutAccount(response)))
        await refresh();
      if (response.status !== 401 || used === null) return response;
      if (token?.value === used) await refresh();
      return token === null ? response : world.send(withToken(retry, token.value));
    },

    /** Another tab logged in or out. Answers whether this page shows someone else's data and must start anew. */
    async hear(message: AuthMessage): Promise<"reload" | "done"> {
      if (message.type === "signed_out") {
        leave();
        return "done";
      }
      const known = identity.value;
      if (known !== null) {
        const isSame = known.user.id === message.user_id && known.account.id === message.account_id;
        return isSame ? "done" : "reload";
      }
      await refresh().catch(() => undefined);
      return "done";
    },
  };
}

function withToken(request: Request, token: string | null): Request {
  if (token !== null) request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

/** Whether a refusal is for the account that the token names. */
const isAboutAccount = async (response: Response): Promise<boolean> =>
  problemOf(response.status, await bodyOf(response.clone())).fields.has("account");

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}
