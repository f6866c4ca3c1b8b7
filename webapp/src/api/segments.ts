// The saved segments of a site, one function a request. Every failure is an `ApiError`.

import type { Client } from "openapi-fetch";
import { read } from "./http";
import { client } from "./member";
import type { ApiFilter, Segment } from "./types";

// generated once exported: until then the paths are written here, and this file uses `client` as it is afterwards.
interface SegmentBody {
  name: string;
  filters: ApiFilter[];
}
interface Answered<T> {
  headers: { [name: string]: unknown };
  content: { "application/json; charset=utf-8": T };
}
type Json<T> = { content: { "application/json; charset=utf-8": T } };
type InSite = { path: { site: string } };
type InSegment = { path: { site: string; segment: string } };
interface SegmentPaths {
  "/v1/sites/{site}/segments": {
    get: { parameters: InSite; responses: { 200: Answered<{ segments: Segment[] }> } };
    post: { parameters: InSite; requestBody: Json<SegmentBody>; responses: { 201: Answered<Segment> } };
  };
  "/v1/sites/{site}/segments/{segment}": {
    patch: {
      parameters: InSegment;
      requestBody: Json<Partial<SegmentBody>>;
      responses: { 200: Answered<Segment> };
    };
    delete: { parameters: InSegment; responses: { 204: { headers: object; content?: never } } };
  };
}
const paths = client as unknown as Client<SegmentPaths>;

const at = (site: string) => ({ params: { path: { site } } });
const atSegment = (site: string, segment: string) => ({ params: { path: { site, segment } } });

export const listSegments = async (site: string): Promise<Segment[]> =>
  (await read(paths.GET("/v1/sites/{site}/segments", at(site)))).segments;

export const createSegment = (site: string, body: SegmentBody): Promise<Segment> =>
  read(paths.POST("/v1/sites/{site}/segments", { ...at(site), body }));

export const changeSegment = (site: string, segment: string, body: Partial<SegmentBody>): Promise<Segment> =>
  read(paths.PATCH("/v1/sites/{site}/segments/{segment}", { ...atSegment(site, segment), body }));

export const deleteSegment = (site: string, segment: string): Promise<void> =>
  read(paths.DELETE("/v1/sites/{site}/segments/{segment}", atSegment(site, segment)));
