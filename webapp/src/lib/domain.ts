// Domains as people paste them.

/** "https://www.Example.com/blog?x=1" → "example.com". Text that is no address stays, lowercased and trimmed. */
export function cleanDomain(text: string): string {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === "") return "";
  const withoutScheme = trimmed.replace(/^[a-z][a-z0-9+.-]*:\/*/, (scheme) =>
    /^https?:/.test(scheme) ? "" : scheme,
  );
  try {
    const { hostname } = new URL(`http://${withoutScheme.replace(/^\/+/, "")}`);
    return hostname.replace(/^www\.(?=.+\.)/, "").replace(/\.$/, "");
  } catch {
    return trimmed;
  }
}

/** Whether it can be a site: labels with dots, or `localhost`, or an IPv4 address for trying out. */
export function isDomain(text: string): boolean {
  return (
    text.length <= 253 &&
    (text === "localhost" ||
      /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z0-9-]{2,63}|\d{1,3})$/.test(text))
  );
}

/** Whether a public site is found at its domain: one without a dot could be the slug of somebody's link. */
export const hasPublicAddress = (domain: string): boolean => /[.:]/.test(domain);
