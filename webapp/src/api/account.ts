// The requests about accounts, members, logins and API tokens, one function each. Every failure is an `ApiError`.

import { urls } from "../lib/urls";
import type {
  AccountDetails,
  AdminAccount,
  ApiToken,
  AuditEntry,
  GivenRole,
  Invitation,
  Login,
  MadeInvitation,
  Me,
  Member,
  NewApiToken,
  NewInvitation,
  OpenInvitation,
  ResetRequest,
  SecondFactorSecret,
} from "./account-types";
import { ApiError, problemOf } from "./problem";
import { auth } from "./session";

type Method = "GET" | "POST" | "PATCH" | "DELETE";

async function send<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const request = new Request(`${urls.apiBase}/api/v1/${path}`, {
    method,
    credentials: "same-origin",
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  let response: Response;
  let answer: unknown;
  try {
    response = await auth.fetch(request);
    const text = await response.text();
    answer = text && response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : undefined;
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError(0);
  }
  if (!response.ok) throw problemOf(response.status, answer);
  return answer as T;
}

const part = encodeURIComponent;

function paged(path: string, values: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, `${value}`);
  return `${path}?${query}`;
}

// One's own login.

export const getMe = (): Promise<Me> => send("GET", "me");

export const changeMe = (body: { name: string }): Promise<Me> => send("PATCH", "me", body);

export const changePassword = (current: string, password: string): Promise<void> =>
  send("POST", "me/password", { current, password });

export const listLogins = async (): Promise<Login[]> =>
  (await send<{ sessions: Login[] }>("GET", "me/sessions")).sessions;

export const endLogin = (id: string): Promise<void> => send("DELETE", `me/sessions/${part(id)}`);

/** All but this one. */
export const endOtherLogins = (): Promise<void> => send("DELETE", "me/sessions");

export const startSecondFactor = (password: string): Promise<SecondFactorSecret> =>
  send("POST", "me/second-factor", { password });

const recoveryCodes = async (path: string, body: unknown): Promise<string[]> =>
  (await send<{ recovery_codes: string[] }>("POST", path, body)).recovery_codes;

export const confirmSecondFactor = (code: string): Promise<string[]> =>
  recoveryCodes("me/second-factor/confirm", { code });

export const renewRecoveryCodes = (password: string): Promise<string[]> =>
  recoveryCodes("me/second-factor/recovery-codes", { password });

export const disableSecondFactor = (password: string, code: string): Promise<void> =>
  send("POST", "me/second-factor/disable", { password, code });

// Before login.

export const askForReset = (email: string): Promise<void> => send("POST", "auth/password/forgot", { email });

export const resetPassword = (token: string, password: string): Promise<void> =>
  send("POST", "auth/password/reset", { token, password });

export const lookAtInvitation = (token: string): Promise<OpenInvitation> =>
  send("POST", "auth/invitation", { token });

// The account.

export const getAccount = (): Promise<AccountDetails> => send("GET", "account");

export const renameAccount = (name: string): Promise<AccountDetails> => send("PATCH", "account", { name });

export const deleteAccount = (password: string): Promise<void> =>
  send("POST", "account/delete", { password });

export const handOver = (memberId: string, password: string): Promise<void> =>
  send("POST", "account/owner", { member_id: memberId, password });

export const listMembers = async (): Promise<Member[]> =>
  (await send<{ members: Member[] }>("GET", "account/members")).members;

export const changeMember = (
  id: string,
  body: { role?: GivenRole; site_ids?: string[] | null },
): Promise<Member> => send("PATCH", `account/members/${part(id)}`, body);

/** Oneself: leaves the account. */
export const removeMember = (id: string): Promise<void> => send("DELETE", `account/members/${part(id)}`);

export const listInvitations = async (): Promise<Invitation[]> =>
  (await send<{ invitations: Invitation[] }>("GET", "account/invitations")).invitations;

export const invite = (body: NewInvitation): Promise<MadeInvitation> =>
  send("POST", "account/invitations", body);

export const withdrawInvitation = (id: string): Promise<void> =>
  send("DELETE", `account/invitations/${part(id)}`);

export const listAudit = (before?: string): Promise<{ entries: AuditEntry[]; more: boolean }> =>
  send("GET", paged("account/audit", { limit: 50, before }));

// API tokens.

export const listTokens = async (): Promise<ApiToken[]> =>
  (await send<{ tokens: ApiToken[] }>("GET", "tokens")).tokens;

export const createToken = (body: NewApiToken): Promise<ApiToken> => send("POST", "tokens", body);

export const revokeToken = (id: string): Promise<void> => send("DELETE", `tokens/${part(id)}`);

// The instance, for its administrators.

export const listAccounts = (after?: string): Promise<{ accounts: AdminAccount[]; more: boolean }> =>
  send("GET", paged("admin/accounts", { limit: 50, after }));

export const changeAccount = (
  id: string,
  body: { disabled?: boolean; sites_max?: number | null; events_a_month_max?: number | null },
): Promise<AdminAccount> => send("PATCH", `admin/accounts/${part(id)}`, body);

export const releaseDomain = (domain: string): Promise<void> =>
  send("POST", "admin/domains/release", { domain });

export const listResets = async (): Promise<ResetRequest[]> =>
  (await send<{ requests: ResetRequest[] }>("GET", "admin/password-resets")).requests;

export const makeResetLink = async (id: string): Promise<string> =>
  (await send<{ link: string }>("POST", `admin/password-resets/${part(id)}/link`)).link;
