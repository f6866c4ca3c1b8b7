import { readableDomain } from "../lib/domain";

/** A site in a list: its domain, and its name where that is another word. */
export function SiteName({ site }: { site: { domain: string; name: string } }) {
  return (
    <span class="min-w-0">
      <span class="block truncate">{readableDomain(site.domain)}</span>
      {site.name !== site.domain && (
        <span class="block truncate text-xs font-normal text-quiet">{site.name}</span>
      )}
    </span>
  );
}
