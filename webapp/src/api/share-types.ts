// Share links, shared dashboards and the newer settings of sites, as the API speaks of them.

import type { Site } from "./types";

export interface ShareLink {
  id: string;
  name: string;
  slug: string;
  url: string;
  has_password: boolean;
  expires_at?: string | null;
  paused: boolean;
  /** Absent: all. */
  panels?: string[] | null;
  since?: string | null;
  until?: string | null;
  last_days?: number | null;
  properties: boolean;
  embed_origins: string[];
  views: number;
  last_viewed_at?: string | null;
  created_at: string;
}

export interface NewShareLink {
  name: string;
  slug?: string;
  password?: string;
  expires_at?: string;
  panels?: string[];
  since?: string;
  until?: string;
  last_days?: number;
  properties?: boolean;
  embed_origins?: string[];
}

/** What is left out stays; `null` takes away. */
export interface ShareLinkChange {
  name?: string;
  slug?: string;
  password?: string | null;
  expires_at?: string | null;
  panels?: string[] | null;
  since?: string | null;
  until?: string | null;
  last_days?: number | null;
  properties?: boolean;
  embed_origins?: string[];
  paused?: boolean;
}

/** What stands before a shared dashboard. Site and name are told only where no password is needed. */
export interface ShareDoor {
  needs_password: boolean;
  site?: { name: string; domain: string } | null;
  name?: string | null;
}

/** A reader's session of one link and site. */
export interface ShareSession {
  access_token: string;
  token_type: string;
  expires_in: number;
  site: { id: string; domain: string; name: string; timezone: string };
  name: string;
  panels?: string[] | null;
  since?: string | null;
  until?: string | null;
  last_days?: number | null;
  properties: boolean;
  embed: boolean;
}

export interface SiteSettings extends Site {
  /** Empty: any. */
  allowed_hostnames: string[];
  excluded_paths: string[];
  excluded_addresses: number;
  honour_dnt: boolean;
  /** Absent: forever. */
  retention_days?: number | null;
  public: boolean;
}

export interface SiteChange {
  name?: string;
  domain?: string;
  timezone?: string;
  honour_dnt?: boolean;
  allowed_hostnames?: string[];
  excluded_paths?: string[];
  retention_days?: number | null;
  public?: boolean;
}

export interface ExcludedAddress {
  id: string;
  note?: string | null;
  created_at: string;
}
