// A call that works with a fresh API token, for the first thing that it may do.

import type { Scope } from "../api/account-types";

/** Text inside single quotes of a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

interface Example {
  apiBase: string;
  token: string;
  scopes: readonly Scope[];
  /** A site that the token reaches. */
  site: { domain: string; name: string } | undefined;
}

export function curlExample({ apiBase, token, scopes, site }: Example): string {
  const domain = site?.domain ?? "example.com";
  const call = (path: string, method?: string, body?: unknown) =>
    [
      `curl ${quoted(`${apiBase}/api/${path}`)}`,
      ...(method ? [`-X ${method}`] : []),
      `-H ${quoted(`Authorization: Bearer ${token}`)}`,
      ...(body === undefined
        ? []
        : [`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(body))}`]),
    ].join(" \\\n  ");

  if (scopes.includes("stats:read"))
    return call("v2/query", "POST", {
      site_id: domain,
      metrics: ["visitors", "pageviews"],
      date_range: "7d",
    });
  if (scopes.includes("sites:read")) return call("v1/sites");
  if (scopes.includes("events:write"))
    return call(`v1/sites/${domain}/events`, "POST", [{ name: "pageview", url: `https://${domain}/` }]);
  return call(`v1/sites/${domain}`, "PATCH", { name: site?.name ?? domain });
}
