// The saved segments of the site that is shown: filters under a name. Asked for and changed by code that only members load.

import { signal } from "@preact/signals";
import type { Segment } from "../api/types";
import { type Filter, fromApi, sameFilters } from "../lib/filters";

interface KnownSegments {
  site: string;
  list: Segment[];
}

export const segments = signal<KnownSegments | null>(null);

export const segmentsOf = (site: string): Segment[] | null =>
  segments.value?.site === site ? segments.value.list : null;

/** The segment that passes what these filters pass. */
export function segmentOf(site: string, filters: readonly Filter[]): Segment | undefined {
  if (filters.length === 0) return undefined;
  return segmentsOf(site)?.find((segment) => {
    const known = fromApi(segment.filters);
    return known !== null && sameFilters(known, filters);
  });
}

/** Puts a new or changed segment into the list, which goes by name. */
export function keepSegment(site: string, segment: Segment): void {
  const others = (segmentsOf(site) ?? []).filter(({ id }) => id !== segment.id);
  segments.value = { site, list: [...others, segment].sort((a, b) => a.name.localeCompare(b.name)) };
}

export function dropSegment(site: string, id: string): void {
  segments.value = { site, list: (segmentsOf(site) ?? []).filter((segment) => segment.id !== id) };
}
