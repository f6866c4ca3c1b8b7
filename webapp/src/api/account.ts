// The requests about accounts, members, logins and API tokens, one function each. Every failure is an `ApiError`.

import type {
  AccountDetails,
  AdminAccount,
  AdminAccountChange,
  AdminAccountList,
  ApiToken,
  AuditLog,
  Invitation,
  Login,
  MadeInvitation,
  Me,
  Member,
  MemberChange,
  NewApiToken,
  NewInvitation,
  OpenInvitation,
  ResetRequest,
  SecondFactorSecret,
} from "./account-types";
import { read } from "./http";
import { client } from "./member";
import { type Change, changeBody } from "./types";

const PAGE = 50;

// One's own login.

export const getMe = () => read(client.GET("/v1/me")) as Promise<Me>;

export const changeMe = (body: { name: string }) => read(client.PATCH("/v1/me", { body })) as Promise<Me>;

export const changePassword = (current: string, password: string): Promise<void> =>
  read(client.POST("/v1/me/password", { body: { current, password } }));

export const listLogins = async (): Promise<Login[]> => (await read(client.GET("/v1/me/sessions"))).sessions;

export const endLogin = (session: string): Promise<void> =>
  read(client.DELETE("/v1/me/sessions/{session}", { params: { path: { session } } }));

/** All but this one. */
export const endOtherLogins = (): Promise<void> => read(client.DELETE("/v1/me/sessions"));

export const startSecondFactor = (password: string): Promise<SecondFactorSecret> =>
  read(client.POST("/v1/me/second-factor", { body: { password } }));

export const confirmSecondFactor = async (code: string): Promise<string[]> =>
  (await read(client.POST("/v1/me/second-factor/confirm", { body: { code } }))).recovery_codes;

export const renewRecoveryCodes = async (password: string, code: string): Promise<string[]> =>
  (await read(client.POST("/v1/me/second-factor/recovery-codes", { body: { password, code } })))
    .recovery_codes;

export const disableSecondFactor = (password: string, code: string): Promise<void> =>
  read(client.POST("/v1/me/second-factor/disable", { body: { password, code } }));

// Before login.

export const askForReset = (email: string): Promise<void> =>
  read(client.POST("/v1/auth/password/forgot", { body: { email } }));

export const resetPassword = (token: string, password: string): Promise<void> =>
  read(client.POST("/v1/auth/password/reset", { body: { token, password } }));

export const lookAtInvitation = (token: string) =>
  read(client.POST("/v1/auth/invitation", { body: { token } })) as Promise<OpenInvitation>;

// The account.

export const getAccount = () => read(client.GET("/v1/account")) as Promise<AccountDetails>;

export const renameAccount = (name: string) =>
  read(client.PATCH("/v1/account", { body: { name } })) as Promise<AccountDetails>;

export const deleteAccount = (password: string): Promise<void> =>
  read(client.POST("/v1/account/delete", { body: { password } }));

export const handOver = (memberId: string, password: string): Promise<void> =>
  read(client.POST("/v1/account/owner", { body: { member_id: memberId, password } }));

const MEMBERS = "/v1/account/members";
const at = (member: string) => ({ params: { path: { member } } });

export const listMembers = async () => (await read(client.GET(MEMBERS))).members as Member[];

/** `site_ids` of `null`: all sites. */
export const changeMember = (id: string, change: Change<MemberChange, "site_ids">) =>
  read(client.PATCH(`${MEMBERS}/{member}`, { ...at(id), body: changeBody(change) })) as Promise<Member>;

/** Oneself: leaves the account. */
export const removeMember = (id: string): Promise<void> => read(client.DELETE(`${MEMBERS}/{member}`, at(id)));

const INVITATIONS = "/v1/account/invitations";

export const listInvitations = async () => (await read(client.GET(INVITATIONS))).invitations as Invitation[];

export const invite = (body: NewInvitation) =>
  read(client.POST(INVITATIONS, { body })) as Promise<MadeInvitation>;

export const withdrawInvitation = (invitation: string): Promise<void> =>
  read(client.DELETE(`${INVITATIONS}/{invitation}`, { params: { path: { invitation } } }));

export const listAudit = (before?: string): Promise<AuditLog> =>
  read(
    client.GET("/v1/account/audit", {
      params: { query: { limit: PAGE, ...(before === undefined ? {} : { before }) } },
    }),
  );

// API tokens.

export const listTokens = async () => (await read(client.GET("/v1/tokens"))).tokens as ApiToken[];

export const createToken = (body: NewApiToken) =>
  read(client.POST("/v1/tokens", { body })) as Promise<ApiToken>;

export const revokeToken = (token: string): Promise<void> =>
  read(client.DELETE("/v1/tokens/{token}", { params: { path: { token } } }));

// The instance, for its administrators.

export const listAccounts = (after?: string) =>
  read(
    client.GET("/v1/admin/accounts", {
      params: { query: { limit: PAGE, ...(after === undefined ? {} : { after }) } },
    }),
  ) as Promise<AdminAccountList>;

/** A quota of `null`: none. */
export const changeAccount = (
  account: string,
  change: Change<AdminAccountChange, "sites_max" | "events_a_month_max">,
) =>
  read(
    client.PATCH("/v1/admin/accounts/{account}", {
      params: { path: { account } },
      body: changeBody(change),
    }),
  ) as Promise<AdminAccount>;

export const releaseDomain = (domain: string): Promise<void> =>
  read(client.POST("/v1/admin/domains/release", { body: { domain } }));

export const listResets = async (): Promise<ResetRequest[]> =>
  (await read(client.GET("/v1/admin/password-resets"))).requests;

export const makeResetLink = async (request: string): Promise<string> =>
  (await read(client.POST("/v1/admin/password-resets/{request}/link", { params: { path: { request } } })))
    .link;
