/*
 * An instance in use, for those who look at all its pages: sites with and without numbers, members, invitations, tokens,
 * share links, somebody who waits for a new password. Made over the API, so that it grows by a line.
 */
import { rmSync } from "node:fs";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { vi } from "vitest";
import { codeOf } from "./authenticator";
import {
  AGENTS,
  type Demo,
  type Haru,
  PATIENCE,
  seedDemo,
  sendVisitors,
  startHaru,
  TRUSTING,
} from "./harness";
import { Owner } from "./owner";

/** In the account of the demo, and has a second factor. */
export const VIEWER = { name: "Kim", email: "kim@lumen.blog", password: "seven lamps under the bridge" };
/** Has an account of their own. */
const OTHER = { name: "Lee", email: "lee@fair.test", password: "nine doors along the corridor" };

/** A site that has never counted anything. */
export const EMPTY_SITE = "quiet.garden";
export const SHARES = {
  open: "lumen",
  locked: { slug: "lumen-press", password: "tell nobody else" },
  some: "lumen-weekly",
} as const;

/** Saved for the first site. */
export const SEGMENT = {
  name: "Readers in Germany",
  filters: [
    ["is", "visit:country", ["DE"]],
    ["contains", "event:page", ["/"], { case_sensitive: false }],
  ],
};
/** A day that is over, as fields of dates have it. */
export const dayBefore = (days: number): string =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** Who looks at a page. */
export type Role = "owner" | "viewer" | "nobody";

export interface Instance {
  base: string;
  demo: Demo;
  /** What follows the `#` of links that are good for once, and are not used up by being looked at. */
  tokens: { invitation: string; invitationByAddress: string; reset: string };
  /** A browser of that person, logged in. */
  arrive(browser: Browser, role: Role, options?: BrowserContextOptions): Promise<Owner>;
  /** Somebody new opens a page of the first site, that one or another. */
  hit(path?: string): Promise<void>;
  log(): string;
  close(): Promise<void>;
}

/** Starts one whose first site has about so many events. */
export async function startInstance(events: number): Promise<Instance> {
  const others = { "fern.supply": 0.4, "driftwood.cafe": 0.15 };
  const demo = seedDemo(
    events,
    Object.fromEntries(
      Object.entries(others).map(([domain, part]) => [domain, Math.max(1_000, Math.round(events * part))]),
    ),
  );
  const closing: (() => unknown)[] = [() => rmSync(demo.directory, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const end of closing.reverse()) await end();
  };
  try {
    const haru = await startHaru(
      { ...TRUSTING, HARU_REGISTRATION: "open", HARU_AUTH_RATE_LIMIT: "0", HARU_API_RATE_LIMIT: "0" },
      demo.directory,
    );
    closing.push(() => haru.stop());
    const { tokens, secret, tracking } = await furnish(haru, demo);
    closing.push(sendVisitors(demo, haru.base));

    let codes = 0;
    const arrive: Instance["arrive"] = async (browser, role, options) => {
      const owner = await Owner.arrive(browser, haru.base, "Europe/Berlin", {
        reducedMotion: "reduce",
        ...options,
      });
      if (role === "nobody") return owner;
      const { email, password } = role === "owner" ? demo : VIEWER;
      const { page } = await owner.open("");
      await owner.login(page, email, password);
      if (role === "viewer") {
        // One step of the clock was used when it was set up; a recovery code is good at any time.
        await page.getByLabel("Code").fill(secret.recovery[codes++] ?? codeOf(secret.key, 1));
        await page.getByRole("button", { name: "Log in" }).click();
      }
      await page.getByRole("button", { name: /^Account of / }).waitFor();
      await page.close();
      return owner;
    };
    let people = 0;
    const hit = async (page?: string): Promise<void> => {
      people += 1;
      const address = `198.18.${(people >> 8) % 256}.${people % 256}`;
      const path = page ?? ["/", "/pricing", "/docs", "/blog"][people % 4];
      await collect(haru, tracking, `https://${demo.domain}${path}`, {
        "user-agent": people % 3 === 0 ? AGENTS.phone : AGENTS.desktop,
        "x-forwarded-for": address,
      });
    };
    return { base: haru.base, demo, tokens, arrive, hit, log: haru.log, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Furnished {
  tokens: Instance["tokens"];
  secret: { key: string; recovery: string[] };
  /** The token that the script of the first site carries. */
  tracking: string;
}

async function furnish(haru: Haru, demo: Demo): Promise<Furnished> {
  const call = async <T>(method: string, path: string, body?: unknown, token?: string): Promise<T> => {
    const response = await fetch(`${haru.base}api/v1/${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  };
  interface Session {
    access_token: string;
  }
  const { access_token: owner } = await call<Session>("POST", "auth/login", {
    email: demo.email,
    password: demo.password,
  });
  const post = <T>(path: string, body?: unknown, token = owner): Promise<T> =>
    call("POST", path, body, token);
  const site = `sites/${demo.domain}`;

  await call("PATCH", "sites/fern.supply", { name: "Fern Supply" }, owner);
  await call("PATCH", "sites/driftwood.cafe", { name: "Driftwood Café", public: true }, owner);
  await post("sites", { name: "Quiet Garden", domain: EMPTY_SITE, timezone: "Europe/Berlin" });

  const panels = ["pages", "sources", "countries"];
  await post(`${site}/share-links`, { name: "Everybody", slug: SHARES.open, embed_origins: ["*"] });
  await post(`${site}/share-links`, { name: "For the press", ...SHARES.locked });
  await post(`${site}/share-links`, { name: "Weekly report", slug: SHARES.some, panels, last_days: 14 });
  await post(`${site}/excluded-addresses`, { address: "203.0.113.7", note: "Office" });
  await post("tokens", { name: "Weekly report", scopes: ["stats:read"] });

  await post(`${site}/segments`, SEGMENT);
  for (const [daysAgo, text] of [
    [4, "Version 2 is out"],
    [12, "The newsletter of the month, with the long story about lamps"],
  ] as const)
    await post(`${site}/annotations`, { date: dayBefore(daysAgo), text });

  const invite = async (body: unknown): Promise<string> => {
    const { link } = await post<{ link: string }>("account/invitations", body);
    return link.slice(link.indexOf("#") + 1);
  };
  const taken = await invite({ role: "viewer" });
  const invitation = await invite({ role: "viewer" });
  const invitationByAddress = await invite({ role: "admin", email: "noor@lumen.blog" });
  const viewer = await call<Session>("POST", "auth/invitation/register", { token: taken, ...VIEWER });
  const { secret: key } = await post<{ secret: string }>(
    "me/second-factor",
    { password: VIEWER.password },
    viewer.access_token,
  );
  const { recovery_codes: recovery } = await post<{ recovery_codes: string[] }>(
    "me/second-factor/confirm",
    { code: codeOf(key) },
    viewer.access_token,
  );

  await call("POST", "auth/register", OTHER);
  await call("POST", "auth/password/forgot", { email: OTHER.email });
  // Who asks is answered before it is looked up whether they have a login, so that the time it takes tells nothing.
  const request = await vi.waitFor(
    async () => {
      const path = "admin/password-resets";
      const { requests } = await call<{ requests: { id: string }[] }>("GET", path, undefined, owner);
      if (!requests[0]) throw new Error("nobody waits for a new password");
      return requests[0].id;
    },
    { timeout: PATIENCE, interval: 100 },
  );
  const { link } = await post<{ link: string }>(`admin/password-resets/${request}/link`);
  await call("POST", "auth/password/forgot", { email: VIEWER.email });

  const { tracking_token: tracking } = await call<{ tracking_token: string }>("GET", site, undefined, owner);
  // Some that are not counted, so that the dashboard has what to tell of.
  for (const path of ["/", "/pricing", "/docs"])
    await collect(haru, tracking, `https://${demo.domain}${path}`, { "user-agent": AGENTS.bot });
  // A site that carries the snippet of another instance.
  await collect(haru, "nobodys-token", `https://${EMPTY_SITE}/`, { "user-agent": AGENTS.desktop });
  const reset = link.slice(link.indexOf("#") + 1);
  return { tokens: { invitation, invitationByAddress, reset }, secret: { key, recovery }, tracking };
}

/** Sends a pageview as the script would. */
async function collect(haru: Haru, token: string, p: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch(`${haru.base}api/collect?t=${token}`, {
    method: "POST",
    headers,
    body: JSON.stringify({ p, r: "", n: "pageview", sw: 1440, sh: 900 }),
  });
  // One with a wrong token is refused, and remembered.
  if (!response.ok && response.status !== 401) throw new Error(`a hit was answered ${response.status}`);
}
