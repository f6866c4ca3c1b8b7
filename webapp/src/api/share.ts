// The requests around share links and the settings of a site, one function each.

import { urls } from "../lib/urls";
import type { Send } from "./http";
import { ApiError, problemOf } from "./problem";
import { auth } from "./session";
import type {
  ExcludedAddress,
  NewShareLink,
  ShareDoor,
  ShareLink,
  ShareLinkChange,
  ShareSession,
  SiteChange,
  SiteSettings,
} from "./share-types";

async function ask<T>(send: Send, method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await send(
      new Request(`${urls.apiBase}/api/v1${path}`, {
        method,
        credentials: "same-origin",
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      }),
    );
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError(0);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw problemOf(response.status, answer);
  return answer as T;
}

const asMember: Send = (request) => auth.fetch(request);
const site = (id: string) => `/sites/${encodeURIComponent(id)}`;

export const changeSettings = (id: string, change: SiteChange): Promise<SiteSettings> =>
  ask(asMember, "PATCH", site(id), change);

export const resetSite = (id: string, domain: string): Promise<void> =>
  ask(asMember, "POST", `${site(id)}/reset`, { domain });

export const listExcludedAddresses = async (id: string): Promise<ExcludedAddress[]> =>
  (await ask<{ addresses: ExcludedAddress[] }>(asMember, "GET", `${site(id)}/excluded-addresses`)).addresses;

/** Without an address: the one this request comes from. */
export const excludeAddress = (
  id: string,
  body: { address?: string; note?: string },
): Promise<ExcludedAddress> => ask(asMember, "POST", `${site(id)}/excluded-addresses`, body);

export const includeAddress = (id: string, address: string): Promise<void> =>
  ask(asMember, "DELETE", `${site(id)}/excluded-addresses/${address}`);

export const listShareLinks = async (id: string): Promise<ShareLink[]> =>
  (await ask<{ share_links: ShareLink[] }>(asMember, "GET", `${site(id)}/share-links`)).share_links;

export const createShareLink = (id: string, body: NewShareLink): Promise<ShareLink> =>
  ask(asMember, "POST", `${site(id)}/share-links`, body);

export const changeShareLink = (id: string, link: string, change: ShareLinkChange): Promise<ShareLink> =>
  ask(asMember, "PATCH", `${site(id)}/share-links/${link}`, change);

export const revokeShareLink = (id: string, link: string): Promise<void> =>
  ask(asMember, "DELETE", `${site(id)}/share-links/${link}`);

/** What a reader without a login asks; `send` adds no token of anybody's. */
export const getShareDoor = (send: Send, slug: string): Promise<ShareDoor> =>
  ask(send, "GET", `/share/${encodeURIComponent(slug)}`);

export const openShare = (send: Send, slug: string, password: string | null): Promise<ShareSession> =>
  ask(send, "POST", `/share/${encodeURIComponent(slug)}/session`, password === null ? {} : { password });

/** Asks with a reader's token whether it is still good. */
export async function isShareTokenGood(send: Send, siteId: string): Promise<boolean> {
  try {
    await ask(send, "GET", `${site(siteId)}/realtime`);
    return true;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return false;
    throw error;
  }
}
