/*
 * The whole way of a newcomer, on each database and below a path: register, add a site, paste the snippet, open a page
 * of the site in a browser, and watch the open dashboard count it.
 */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from "vitest";
import {
  AGENTS,
  createPostgresDatabase,
  freePort,
  type Haru,
  launch,
  PATIENCE,
  picture,
  quietTimezone,
  requireTools,
  Shop,
  startHaru,
} from "./harness";
import {
  changedAt,
  Owner,
  PERSON,
  type Tab,
  total,
  untilLive,
  untilRow,
  untilTotal,
  watchPageviews,
} from "./owner";

/** A pageview is on the dashboard this soon after the page sent it. */
const LIVE_WITHIN_MS = 2_000;

interface Variant {
  name: string;
  key: string;
  /** Settings of the server, and what to do after it has ended. */
  prepare(): Promise<{ settings: NodeJS.ProcessEnv; drop?(): void }>;
  basePath: string;
  /** With `data-local` the pages are on 127.0.0.1, else on shop.test with the snippet untouched. */
  isLocal: boolean;
}

const variants: Variant[] = [
  { name: "SQLite", key: "sqlite", prepare: async () => ({ settings: {} }), basePath: "/", isLocal: false },
  {
    name: "PostgreSQL",
    key: "postgres",
    prepare: async () => createPostgresDatabase(),
    basePath: "/",
    isLocal: false,
  },
  {
    name: "SQLite below /stats/",
    key: "base-path",
    prepare: async () => {
      const listen = `127.0.0.1:${await freePort()}`;
      return { settings: { HARU_LISTEN: listen, HARU_BASE_URL: `http://${listen}/stats/` } };
    },
    basePath: "/stats/",
    isLocal: true,
  },
];

let browser: Browser;
beforeAll(async () => {
  requireTools();
  browser = await launch();
});
afterAll(() => browser?.close());

describe.each(variants)("the way of a newcomer on $name", ({ key, prepare, basePath, isLocal }) => {
  const closing: (() => unknown)[] = [];
  const timezone = quietTimezone();
  let haru: Haru;
  let shop: Shop;
  let owner: Owner;
  let setup: Tab;
  let board: Tab;
  let visitor: BrowserContext;
  let page: Page;
  let snippet: string;
  let hasFailed = false;

  beforeAll(async () => {
    const { settings, drop } = await prepare();
    if (drop) closing.push(drop);
    haru = await startHaru(settings);
    closing.push(() => haru.stop());
    shop = await Shop.start();
    closing.push(() => shop.close());
    owner = await Owner.arrive(browser, haru.base, timezone);
    closing.push(() => owner.context.close());
    visitor = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    visitor.setDefaultTimeout(PATIENCE);
    closing.push(() => visitor.close());
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });
  // Each step stands on the one before: after a failure the rest would say nothing new.
  beforeEach(({ skip }) => {
    skip(hasFailed, "an earlier step failed");
    onTestFailed(async () => {
      hasFailed = true;
      console.error(haru?.log());
      for (const [index, open] of (owner?.context.pages() ?? []).entries()) {
        await open.screenshot({ path: picture(`failed-${key}-${index}`) }).catch(() => undefined);
      }
    });
  });

  /** Opens a page of the shop and answers when its pageview left. */
  const visit = async (tab: Page, path: string, referer?: string): Promise<number> => {
    const origin = `http://${isLocal ? "127.0.0.1" : "shop.test"}:${shop.port}`;
    const sent = tab.waitForResponse((response) => response.url().includes("/api/collect"));
    await tab.goto(origin + path, referer ? { referer } : {});
    const response = await sent;
    expect(response.url()).toMatch(`${haru.base}api/collect?t=`);
    expect(response.status()).toBe(200);
    expect(response.headers()["x-haru-dropped"]).toBeUndefined();
    return response.request().timing().startTime;
  };
  const api = async (path: string, body: unknown, token?: string): Promise<unknown> => {
    const response = await fetch(haru.base + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    expect(response.status, path).toBe(200);
    return response.json();
  };

  it("greets the first one with registration, and registers them", async () => {
    setup = await owner.open("");
    await setup.page.getByRole("heading", { name: "Welcome to Haru" }).waitFor();
    expect(new URL(setup.page.url()).pathname).toBe(`${basePath}register`);
    await owner.register(setup.page);
    await setup.page.getByRole("heading", { name: "Add a site" }).waitFor();
  });

  it("keeps the session over a reload, by a cookie that scripts can't read", async () => {
    await setup.page.reload();
    await setup.page.getByRole("heading", { name: "Add a site" }).waitFor();
    const cookies = await owner.context.cookies(`${haru.base}api/v1/auth/refresh`);
    expect(cookies).toHaveLength(1);
    expect(cookies[0]).toMatchObject({ httpOnly: true, sameSite: "Strict" });
    expect(cookies[0]?.path.startsWith(basePath)).toBe(true);
  });

  it("adds a site and shows the snippet, which names this server", async () => {
    snippet = await owner.addSite(setup.page, "shop.test", timezone);
    expect(snippet).toMatch(/^<script defer src="[^"]+" data-token="[^"]+"><\/script>$/);
    expect(snippet).toContain(`src="${haru.base}js/haru.js"`);
    await setup.page.getByText("Waiting for the first pageview…").waitFor();
    shop.head = isLocal ? snippet.replace("<script ", "<script data-local ") : snippet;
  });

  it("opens the dashboard in another tab, which waits too", async () => {
    board = await owner.open("sites/shop.test");
    await board.page.getByText("No pageview has arrived from shop.test yet.").waitFor();
    await untilTotal(board.page, "pageviews", "0");
    await untilLive(board);
    expect(board.sockets).toEqual([`${haru.base.replace(/^http/, "ws")}graphql/ws`]);
    await watchPageviews(board.page);
  });

  it(`shows the first pageview on the open dashboard within ${LIVE_WITHIN_MS} ms`, async () => {
    page = await visitor.newPage();
    const sent = await visit(page, "/");
    const ms = Math.round((await changedAt(board.page, "1")) - sent);
    console.warn(`${key}: the first pageview was on the dashboard after ${ms} ms`);
    expect(ms).toBeLessThanOrEqual(LIVE_WITHIN_MS);
    await untilTotal(board.page, "visitors", "1");
    await untilTotal(board.page, "visits", "1");
    await untilTotal(board.page, "bounce-rate", "100%");
    await untilTotal(board.page, "online", "1");
    await untilRow(board.page, "Pages", /^\/ /);
  });

  it("turns from waiting to receiving by itself", async () => {
    await setup.page.getByText("Receiving pageviews from shop.test").waitFor();
    await setup.page.getByRole("link", { name: "Open the dashboard" }).click();
    await untilTotal(setup.page, "pageviews", "1");
    await setup.page.close();
  });

  it("counts a navigation without a page load", async () => {
    const sent = page.waitForRequest((request) => request.postData()?.includes('"pageview"') ?? false);
    await page.getByRole("link", { name: "Mug" }).click();
    const request = await sent;
    await request.response();
    const ms = Math.round((await changedAt(board.page, "2")) - request.timing().startTime);
    console.warn(`${key}: the navigation was on the dashboard after ${ms} ms`);
    expect(ms).toBeLessThanOrEqual(LIVE_WITHIN_MS);
    await untilRow(board.page, "Pages", /^\/mug /);
    await untilTotal(board.page, "visitors", "1");
    await untilTotal(board.page, "bounce-rate", "0%");
  });

  it("counts an event of the site's own", async () => {
    await page.getByRole("button", { name: "Sign up" }).click();
    await untilRow(board.page, "Events", /^signup /);
    await untilTotal(board.page, "pageviews", "2");
  });

  it("measures a few seconds of attention, sent when the page is left", async () => {
    const duration = async (): Promise<number> =>
      Number.parseInt(await total(board.page, "visit-duration"), 10);
    const before = await duration();
    await page.waitForTimeout(3_200);
    if (isLocal) await page.close();
    else await page.goto("about:blank");
    await expect
      .poll(duration, { timeout: PATIENCE, message: "duration on the dashboard" })
      .toBeGreaterThanOrEqual(before + 3);

    const { email, password } = PERSON;
    const { access_token } = (await api("api/v1/auth/login", { email, password })) as {
      access_token: string;
    };
    const { results } = (await api(
      "api/v2/query",
      {
        site_id: "shop.test",
        metrics: ["pageviews", "time_on_page"],
        dimensions: ["event:page"],
        date_range: "day",
      },
      access_token,
    )) as { results: { dimensions: string[]; metrics: (number | null)[] }[] };
    console.warn(`${key}: pageviews and time on page: ${JSON.stringify(results)}`);
    const [views, seconds] = results.find(({ dimensions }) => dimensions[0] === "/mug")?.metrics ?? [];
    expect(views).toBe(1);
    expect(seconds).toBeGreaterThanOrEqual(2);
    expect(seconds).toBeLessThanOrEqual(PATIENCE / 1_000);
  });

  it("tells another visitor apart, with source, system and size", async () => {
    const phone = await browser.newContext({
      userAgent: AGENTS.phone,
      viewport: { width: 390, height: 844 },
    });
    closing.push(() => phone.close());
    const tab = await phone.newPage();
    await visit(tab, "/delivery?utm_campaign=spring", "https://www.google.com/");
    await untilTotal(board.page, "visitors", "2");
    await untilTotal(board.page, "online", "2");
    await untilRow(board.page, "Sources", /^Google /);
    await untilRow(board.page, "Devices", /^(Mobile )?Safari /);
    await board.page.getByRole("tab", { name: "OS" }).click();
    await untilRow(board.page, "Devices", /^iOS /);
    await untilRow(board.page, "Devices", /^Windows /);
    await board.page.getByRole("tab", { name: "Devices" }).click();
    await untilRow(board.page, "Devices", /^Mobile /);
    await untilRow(board.page, "Devices", /^Desktop /);
    await board.page.getByRole("tab", { name: "Campaigns" }).click();
    await untilRow(board.page, "Sources", /^spring /);
  });

  it("does not count a bot, and says so", async () => {
    const token = /data-token="([^"]+)"/.exec(snippet)?.[1];
    const answer = await fetch(`${haru.base}api/collect?t=${token}`, {
      method: "POST",
      headers: { "user-agent": AGENTS.bot },
      body: JSON.stringify({ p: "http://shop.test/", r: "", n: "pageview", sw: 1024, sh: 768, id: "bot" }),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-haru-dropped")).toBe("bot");
    await board.page.getByText("1 hit was not counted").click();
    await board.page.getByText("Bots and crawlers").waitFor();
    expect(await total(board.page, "pageviews")).toBe("3");
  });

  it("did all that without loading the dashboard anew", async () => {
    expect(board.loads).toBe(1);
    await board.page.evaluate(() => scrollTo(0, 0));
    await board.page.screenshot({ path: picture(`story-${key}`), fullPage: true });
  });

  it("logs out for good, and in again", async () => {
    await owner.logout(board.page);
    await board.page.getByRole("button", { name: "Log in" }).waitFor();
    await board.page.reload();
    await board.page.getByRole("button", { name: "Log in" }).waitFor();
    expect(await owner.context.cookies()).toEqual([]);
    await owner.login(board.page, PERSON.email, "not the right password");
    await board.page.getByText("Email or password is wrong.").waitFor();
    await owner.login(board.page);
    await untilTotal(board.page, "pageviews", "3");
    await board.page.reload();
    await untilTotal(board.page, "pageviews", "3");
  });

  it("asked nothing of any other host, and nothing went wrong on its pages", () => {
    expect(owner.requested.length).toBeGreaterThan(10);
    expect(owner.strangers).toEqual([]);
    expect(owner.errors).toEqual([]);
    expect(haru.log()).not.toMatch(/ERROR|panicked/);
  });
});
