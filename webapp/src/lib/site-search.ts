// Finding a site among many by what one remembers of it.

import { readableDomain } from "./domain";

const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Whether domain or name hold every word of the search, whatever its case and accents. */
export function matchesSite(site: { domain: string; name: string }, search: string): boolean {
  const text = plain(`${site.domain} ${readableDomain(site.domain)} ${site.name}`);
  return plain(search)
    .split(/\s+/)
    .every((word) => text.includes(word));
}
