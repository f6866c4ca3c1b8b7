// The sites of the account.

import { signal } from "@preact/signals";
import * as api from "../api/client";
import { type ApiError, toApiError } from "../api/problem";
import type { Site } from "../api/types";

export const sites = signal<Site[] | null>(null);
export const sitesError = signal<ApiError | null>(null);

export async function loadSites(): Promise<void> {
  sitesError.value = null;
  try {
    sites.value = await api.listSites();
  } catch (error) {
    sitesError.value = toApiError(error);
  }
}

export function forgetSites(): void {
  sites.value = null;
  sitesError.value = null;
}

/** Puts a new or changed site into the list. */
export function keepSite(site: Site): void {
  const others = (sites.value ?? []).filter((other) => other.id !== site.id);
  sites.value = [...others, site].sort((a, b) => a.domain.localeCompare(b.domain));
}

export function dropSite(id: string): void {
  sites.value = (sites.value ?? []).filter((site) => site.id !== id);
}

export function findSite(key: string): Site | undefined {
  return sites.value?.find((site) => site.domain === key || site.id === key);
}
