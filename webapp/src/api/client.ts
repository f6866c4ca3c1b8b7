// The requests of members about the instance and its sites, one function each, through the typed client.
// Every failure is an `ApiError`.

import { read } from "./http";
import { client } from "./member";
import type { Arrivals, Instance, OverviewPage, Site } from "./types";

const at = (site: string) => ({ params: { path: { site } } });

export const getInstance = (): Promise<Instance> => read(client.GET("/v1/instance"));

/** All sites of the account. */
export async function listSites(): Promise<Site[]> {
  const sites: Site[] = [];
  let after: string | null | undefined;
  do {
    const page = await read(
      client.GET("/v1/sites", { params: { query: { limit: 100, ...(after ? { after } : {}) } } }),
    );
    sites.push(...page.sites);
    after = page.meta.after;
  } while (after);
  return sites;
}

export const getSite = (site: string): Promise<Site> => read(client.GET("/v1/sites/{site}", at(site)));

export const createSite = (body: { name: string; domain: string; timezone: string }): Promise<Site> =>
  read(client.POST("/v1/sites", { body }));

export const deleteSite = (site: string, domain: string): Promise<void> =>
  read(client.DELETE("/v1/sites/{site}", { params: { ...at(site).params, query: { domain } } }));

export const rotateToken = (site: string): Promise<Site> =>
  read(client.POST("/v1/sites/{site}/token", at(site)));

/** One page of all sites at a glance, the most visited first. */
export const getOverview = (
  limit: number,
  after: string | null,
  signal: AbortSignal,
): Promise<OverviewPage> =>
  read(client.GET("/v1/overview", { params: { query: { limit, ...(after ? { after } : {}) } }, signal }));

export const getArrivals = (site: string, signal?: AbortSignal): Promise<Arrivals> =>
  read(client.GET("/v1/sites/{site}/arrivals", { ...at(site), ...(signal ? { signal } : {}) }));
