// The requests around share links and the settings of a site, one function each. Every failure is an `ApiError`.

import { read } from "./http";
import { client } from "./member";
import type {
  ExcludedAddress,
  NewExcludedAddress,
  NewShareLink,
  ShareLink,
  ShareLinkChange,
  SiteChange,
} from "./share-types";
import { type Change, changeBody, type Site } from "./types";

const at = (site: string) => ({ params: { path: { site } } });

/** `retention_days` of `null`: forever. */
export const changeSite = (site: string, change: Change<SiteChange, "retention_days">): Promise<Site> =>
  read(client.PATCH("/v1/sites/{site}", { ...at(site), body: changeBody(change) }));

export const resetSite = (site: string, domain: string): Promise<void> =>
  read(client.POST("/v1/sites/{site}/reset", { ...at(site), body: { domain } }));

const ADDRESSES = "/v1/sites/{site}/excluded-addresses";

export const listExcludedAddresses = async (site: string): Promise<ExcludedAddress[]> =>
  (await read(client.GET(ADDRESSES, at(site)))).addresses;

/** Without an address: the one this request comes from. */
export const excludeAddress = (site: string, body: NewExcludedAddress): Promise<ExcludedAddress> =>
  read(client.POST(ADDRESSES, { ...at(site), body }));

export const includeAddress = (site: string, address: string): Promise<void> =>
  read(client.DELETE(`${ADDRESSES}/{address}`, { params: { path: { site, address } } }));

const LINKS = "/v1/sites/{site}/share-links";
const atLink = (site: string, link: string) => ({ params: { path: { site, link } } });

export type LinkChange = Change<
  ShareLinkChange,
  "password" | "expires_at" | "panels" | "since" | "until" | "last_days"
>;

export const listShareLinks = async (site: string): Promise<ShareLink[]> =>
  (await read(client.GET(LINKS, at(site)))).share_links;

export const createShareLink = (site: string, body: NewShareLink): Promise<ShareLink> =>
  read(client.POST(LINKS, { ...at(site), body }));

export const changeShareLink = (site: string, link: string, change: LinkChange): Promise<ShareLink> =>
  read(client.PATCH(`${LINKS}/{link}`, { ...atLink(site, link), body: changeBody(change) }));

export const revokeShareLink = (site: string, link: string): Promise<void> =>
  read(client.DELETE(`${LINKS}/{link}`, atLink(site, link)));
