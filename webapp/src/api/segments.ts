// The saved segments of a site, one function a request. Every failure is an `ApiError`.

import { read } from "./http";
import { client } from "./member";
import type { ApiFilter, Segment } from "./types";

interface SegmentBody {
  name: string;
  filters: ApiFilter[];
}

const at = (site: string) => ({ params: { path: { site } } });
const atSegment = (site: string, segment: string) => ({ params: { path: { site, segment } } });

export const listSegments = async (site: string): Promise<Segment[]> =>
  (await read(client.GET("/v1/sites/{site}/segments", at(site)))).segments as Segment[];

export const createSegment = (site: string, body: SegmentBody) =>
  read(client.POST("/v1/sites/{site}/segments", { ...at(site), body })) as Promise<Segment>;

export const changeSegment = (site: string, segment: string, body: Partial<SegmentBody>) =>
  read(
    client.PATCH("/v1/sites/{site}/segments/{segment}", { ...atSegment(site, segment), body }),
  ) as Promise<Segment>;

export const deleteSegment = (site: string, segment: string): Promise<void> =>
  read(client.DELETE("/v1/sites/{site}/segments/{segment}", atSegment(site, segment)));
