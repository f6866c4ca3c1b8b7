// Why nothing arrives: from what the server has seen and what this browser can tell to advice in plain words. Pure; the
// words themselves are under `check.` in the catalogue.

import type { Arrivals } from "../api/types";
import { isLocalHost } from "./domain";

/** What is known of the site and of this browser. */
export interface Facts {
  domain: string;
  /** The address of the script, as it stands in the snippet. */
  src: string;
  /** Whether the script can be loaded here; `null` while that is not known. */
  script: "loads" | "blocked" | null;
  /** This browser asks not to be tracked, and the site honours that. */
  asksNotToBeTracked: boolean;
}

const CAUSES = [
  "receiving",
  "worked_before",
  "insecure",
  "unreachable",
  "blocked",
  "no_token",
  "unknown_token",
  "unknown_site",
  "bad_request",
  "rate_limited",
  "hostname",
  "excluded_path",
  "excluded_address",
  "dnt",
  "bot",
  "prefetch",
  "local",
  "nothing_seen",
] as const;
type Cause = (typeof CAUSES)[number];

export interface Advice {
  cause: Cause;
  /** `good`: it works; `wrong`: this keeps hits away; `hint`: may be meant, may be not. */
  tone: "good" | "wrong" | "hint";
  /** How many hits of the last hour, and when the last one came, where the server has seen any. */
  count?: number;
  lastAt?: string;
  /** The host that hits came from, where that is what matters. */
  hostname?: string;
  /** Where it can be changed. */
  fix?: "snippet" | "counting" | "addresses";
}

const HOUR = 3_600_000;

/** What the server counts, told as causes: how bad, and where to mend it. */
const SEEN: Partial<Record<string, Pick<Advice, "cause" | "tone" | "fix">>> = {
  unknown_token: { cause: "unknown_token", tone: "wrong", fix: "snippet" },
  no_token: { cause: "no_token", tone: "wrong", fix: "snippet" },
  unknown_site: { cause: "unknown_site", tone: "wrong", fix: "snippet" },
  bad_request: { cause: "bad_request", tone: "wrong" },
  rate_limited: { cause: "rate_limited", tone: "wrong" },
  hostname: { cause: "hostname", tone: "wrong", fix: "counting" },
  excluded_path: { cause: "excluded_path", tone: "hint", fix: "counting" },
  excluded_address: { cause: "excluded_address", tone: "hint", fix: "addresses" },
  dnt: { cause: "dnt", tone: "hint", fix: "counting" },
  bot: { cause: "bot", tone: "hint" },
  prefetch: { cause: "prefetch", tone: "hint" },
};

/** What to say, most important first. Never empty. */
export function advise(arrivals: Arrivals, facts: Facts, now: number): Advice[] {
  const last = arrivals.last_event_at;
  const isReceiving = last != null && now - Date.parse(last) < HOUR;
  const seen = seenBy(arrivals);
  const found: Advice[] = [];

  if (isReceiving) found.push({ cause: "receiving", tone: "good", lastAt: last });
  else {
    found.push(...fromHere(facts));
    if (isLocalHost(facts.domain)) found.push({ cause: "local", tone: "wrong", fix: "snippet" });
  }
  found.push(...seen);
  if (!isReceiving && facts.asksNotToBeTracked && !seen.some(({ cause }) => cause === "dnt"))
    found.push({ cause: "dnt", tone: "hint", fix: "counting" });
  if (!isReceiving && seen.length === 0) {
    found.push(
      last == null
        ? { cause: "nothing_seen", tone: "wrong", fix: "snippet" }
        : { cause: "worked_before", tone: "wrong", lastAt: last, fix: "snippet" },
    );
  }
  return found.sort((a, b) => rank(a) - rank(b));
}

const TONES = ["good", "wrong", "hint"] as const;
const rank = ({ tone, cause }: Advice): number => TONES.indexOf(tone) * CAUSES.length + CAUSES.indexOf(cause);

/** One advice a cause and host. Reasons that this version does not know are left to the dashboard. */
function seenBy({ drops, refused }: Arrivals): Advice[] {
  const entries: { reason: string; hostname?: string; count: number; last_at: string }[] = [
    ...refused,
    ...drops,
  ];
  return entries.flatMap(({ reason, hostname, count, last_at }) => {
    const known = SEEN[reason];
    if (!known || count === 0) return [];
    return [{ ...known, count, lastAt: last_at, ...(hostname ? { hostname } : {}) }];
  });
}

/** What the address of the script, and this browser, tell. */
function fromHere({ domain, src, script }: Facts): Advice[] {
  const found: Advice[] = [];
  const isPublic = domain.includes(".") && !isPrivate(domain);
  let address: URL | null = null;
  try {
    address = new URL(src);
  } catch {
    // An address that can't be read is of a server that is newer than this page.
  }
  if (address && isPublic && isPrivate(address.hostname))
    found.push({ cause: "unreachable", tone: "wrong", hostname: address.host });
  else if (address?.protocol === "http:" && isPublic)
    found.push({ cause: "insecure", tone: "wrong", hostname: address.host });
  if (script === "blocked") found.push({ cause: "blocked", tone: "wrong" });
  return found;
}

/** Hosts that only this computer or this network reaches. */
function isPrivate(hostname: string): boolean {
  return (
    isLocalHost(hostname) ||
    !hostname.includes(".") ||
    /\.(?:local|internal|lan|home\.arpa)$|^10\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^169\.254\./.test(
      hostname,
    )
  );
}
