// Stand-in for the generated schema, in the generator's shape; `npm run openapi -w webapp` replaces this file.

import type { Dashboard, DashboardQuery, Instance, QueryAnswer, Site } from "./types";

interface Json<T> {
  headers: Record<string, unknown>;
  content: { "application/json": T };
}
interface SitePath {
  path: { site: string };
  query?: never;
  header?: never;
  cookie?: never;
}
interface Get<T, P = { query?: never }> {
  parameters: P;
  responses: { 200: Json<T> };
}
interface Send<B, T> {
  parameters: SitePath;
  requestBody: { content: { "application/json": B } };
  responses: { 200: Json<T> };
}

export interface paths {
  "/api/v1/instance": { get: Get<Instance> };
  "/api/v1/sites": {
    get: Get<
      { sites: Site[]; meta: { limit: number; after?: string | null } },
      { query?: { limit?: number; after?: string } }
    >;
    post: {
      parameters: { query?: never };
      requestBody: { content: { "application/json": { name: string; domain: string; timezone?: string } } };
      responses: { 201: Json<Site> };
    };
  };
  "/api/v1/sites/{site}": {
    get: Get<Site, SitePath>;
    patch: Send<{ name?: string; domain?: string; timezone?: string }, Site>;
    delete: { parameters: SitePath; responses: { 204: { headers: Record<string, unknown>; content?: never } } };
  };
  "/api/v1/sites/{site}/token": {
    post: { parameters: SitePath; responses: { 200: Json<Site> } };
  };
  "/api/v1/sites/{site}/dashboard": { post: Send<DashboardQuery, Dashboard> };
  "/api/v2/query": {
    post: {
      parameters: { query?: never };
      requestBody: { content: { "application/json": Record<string, unknown> } };
      responses: { 200: Json<QueryAnswer> };
    };
  };
}
