// Accounts, members, logins and API tokens as the API tells them: the generated schema, with its words for roles, quotas
// and scopes, which it leaves as plain text.

import type { components } from "./schema";
import type { Account, Named, Role } from "./types";

type Schemas = components["schemas"];

/** What a member can be made: an account has one owner, who hands over. */
export type GivenRole = Exclude<Role, "owner">;
export type QuotaState = "none" | "ok" | "near" | "exceeded";

export type Me = Named<Schemas["Me"], { account: Account; accounts: Account[] }>;
export type AccountDetails = Named<
  Schemas["AccountDetails"],
  { role: Role; quota: QuotaState; sites_quota: QuotaState }
>;
export type Member = Named<Schemas["Member"], { role: Role }>;
export type MemberChange = Named<Schemas["MemberChange"], { role?: GivenRole }>;
export type Invitation = Named<Schemas["Invitation"], { role: GivenRole }>;
export type NewInvitation = Named<Schemas["NewInvitation"], { role: GivenRole }>;
/** The answer to the making of an invitation: its link is told this once. */
export type MadeInvitation = Named<Invitation, { link: string; mailed: boolean }>;
/** What someone with the link of an invitation may know. */
export type OpenInvitation = Named<Schemas["OpenInvitation"], { role: GivenRole }>;
export type AuditLog = Schemas["AuditLog"];
export type AuditEntry = Schemas["AuditEntry"];

export const SCOPES = ["stats:read", "sites:read", "sites:write", "events:write"] as const;
export type Scope = (typeof SCOPES)[number];
export type ApiToken = Named<Schemas["ApiToken"], { scopes: Scope[] }>;
export type NewApiToken = Named<Schemas["NewApiToken"], { scopes: Scope[] }>;

export type Login = Schemas["LoginSession"];
export type SecondFactorSecret = Schemas["FactorEnrolment"];

export type AdminAccount = Named<Schemas["AdminAccount"], { quota: QuotaState; sites_quota: QuotaState }>;
export type AdminAccountList = Named<Schemas["AdminAccountList"], { accounts: AdminAccount[] }>;
export type AdminAccountChange = Schemas["AdminAccountChange"];
export type ResetRequest = Schemas["PasswordResetRequest"];
