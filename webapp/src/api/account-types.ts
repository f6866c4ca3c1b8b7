// Accounts, members, logins and API tokens as the API tells them.

import type { components } from "./schema";
import type { Account, User } from "./types";

type Schemas = components["schemas"];

export const ROLES = ["owner", "admin", "viewer"] as const;
export type Role = (typeof ROLES)[number];
/** What a member can be made: an account has one owner, who hands over. */
export type GivenRole = Exclude<Role, "owner">;
export type QuotaState = "none" | "ok" | "near" | "exceeded";

export interface AccountChoice {
  id: string;
  name: string;
  role: Role;
}

export interface Me {
  user: User;
  account: Account;
  accounts: AccountChoice[];
  second_factor: boolean;
  notices: string[];
}

export interface Quota {
  sites_max?: number;
  events_a_month_max?: number;
  quota: QuotaState;
}

export interface AccountDetails extends Quota {
  id: string;
  name: string;
  role: Role;
  created_at: string;
  members: number;
  sites: number;
  events_this_month: number;
}

export interface Member {
  /** Of the user. */
  id: string;
  email: string;
  name: string;
  role: Role;
  /** The only sites they see; all when absent. */
  site_ids?: string[];
  joined_at: string;
  last_seen_at?: string;
}

export interface Invitation {
  id: string;
  email?: string;
  role: GivenRole;
  site_ids?: string[];
  invited_by: string;
  created_at: string;
  expires_at: string;
}

export interface NewInvitation {
  email?: string;
  role: GivenRole;
  site_ids?: string[];
}

/** The answer to the making of an invitation: its link is told this once. */
export type MadeInvitation = Invitation & { link: string; mailed: boolean };

/** What someone with the link of an invitation may know. */
export interface OpenInvitation {
  account: { name: string };
  role: GivenRole;
  email?: string;
  expires_at: string;
}

export interface AuditEntry {
  id: string;
  at: string;
  who: string;
  action: string;
  subject: string;
  client: string;
}

export const SCOPES = ["stats:read", "sites:read", "sites:write", "events:write"] as const;
export type Scope = (typeof SCOPES)[number];
export type ApiToken = Schemas["ApiToken"];
export type NewApiToken = Schemas["NewApiToken"] & { scopes: Scope[] };

export interface Login {
  id: string;
  client: string;
  account: { id: string; name: string };
  created_at: string;
  last_used_at: string;
  current: boolean;
}

export interface SecondFactorSecret {
  /** Base32, for typing it in. */
  secret: string;
  /** `otpauth://…`, for the picture. */
  uri: string;
}

export interface AdminAccount extends Quota {
  id: string;
  name: string;
  owner?: { name: string; email: string };
  members: number;
  sites: number;
  events_this_month: number;
  created_at: string;
  last_activity_at?: string;
  disabled: boolean;
}

export interface ResetRequest {
  id: string;
  email: string;
  requested_at: string;
  expires_at: string;
}
