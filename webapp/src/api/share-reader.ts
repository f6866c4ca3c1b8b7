// What a reader of a share link asks, without a login: `send` adds no token of anybody's.

import { createApiClient, read, type Send } from "./http";
import { ApiError } from "./problem";
import type { ShareDoor, ShareSession } from "./share-types";

/** What stands before the dashboard. */
export const getShareDoor = (send: Send, slug: string): Promise<ShareDoor> =>
  read(createApiClient(send).GET("/v1/share/{slug}", { params: { path: { slug } } }));

export const openShare = (send: Send, slug: string, password: string | null): Promise<ShareSession> =>
  read(
    createApiClient(send).POST("/v1/share/{slug}/session", {
      params: { path: { slug } },
      body: password === null ? {} : { password },
    }),
  );

/** Asks with a reader's token whether it is still good. */
export async function isShareTokenGood(send: Send, site: string): Promise<boolean> {
  try {
    await read(createApiClient(send).GET("/v1/sites/{site}/realtime", { params: { path: { site } } }));
    return true;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return false;
    throw error;
  }
}
