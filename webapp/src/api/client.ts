// The requests of the app, one function each, through the typed client. Every failure is an `ApiError`.

import createClient from "openapi-fetch";
import { urls } from "../lib/urls";
import { ApiError, problemOf } from "./problem";
import type { paths } from "./schema";
import { auth } from "./session";
import type { Dashboard, DashboardQuery, Instance, QueryAnswer, Site } from "./types";

const client = createClient<paths>({
  baseUrl: `${urls.apiBase}/api`,
  credentials: "same-origin",
  fetch: (request) => auth.fetch(request),
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

async function read<T>(pending: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await pending;
  } catch (error) {
    if (error instanceof ApiError || (error instanceof DOMException && error.name === "AbortError"))
      throw error;
    throw new ApiError(0);
  }
  if (!answer.response.ok) throw problemOf(answer.response.status, answer.error);
  return answer.data as T;
}

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

export const changeSite = (site: string, body: { name?: string; timezone?: string }): Promise<Site> =>
  read(client.PATCH("/v1/sites/{site}", { ...at(site), body }));

export const deleteSite = (site: string): Promise<void> => read(client.DELETE("/v1/sites/{site}", at(site)));

export const rotateToken = (site: string): Promise<Site> =>
  read(client.POST("/v1/sites/{site}/token", at(site)));

export const getDashboard = (site: string, body: DashboardQuery, signal?: AbortSignal): Promise<Dashboard> =>
  read(client.POST("/v1/sites/{site}/dashboard", { ...at(site), body, signal })) as Promise<Dashboard>;

/** One page of all rows of a dimension by visitors, in the query language. */
export const listRows = (
  site: string,
  dimension: string,
  query: Pick<DashboardQuery, "date_range" | "filters">,
  page: { limit: number; offset: number },
  signal?: AbortSignal,
): Promise<QueryAnswer> =>
  read(
    client.POST("/v2/query", {
      body: {
        site_id: site,
        metrics: ["visitors"],
        date_range: query.date_range,
        dimensions: [dimension],
        filters: query.filters ?? [],
        include: { total_rows: true },
        pagination: page,
      },
      signal,
    }),
  ) as Promise<QueryAnswer>;
