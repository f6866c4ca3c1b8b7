/*
 * All sites at a glance, and what is said of one from which nothing arrives: the hits that a site with a wrong snippet sends
 * are told apart by their reasons.
 */
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it, onTestFailed } from "vitest";
import {
  AGENTS,
  type Haru,
  launch,
  PATIENCE,
  picture,
  quietTimezone,
  requireTools,
  startHaru,
} from "./harness";
import { Owner } from "./owner";

const timezone = quietTimezone();
let browser: Browser;
let haru: Haru;
let owner: Owner;
let page: Page;
/** Of the script, by the domain. */
const tokens = new Map<string, string>();

beforeAll(async () => {
  requireTools();
  browser = await launch();
  haru = await startHaru();
  owner = await Owner.arrive(browser, haru.base, timezone);
});
afterAll(async () => {
  await browser?.close();
  await haru?.stop();
});
beforeEach(({ task }) => {
  onTestFailed(async () => {
    const name = `failed-sites-${task.name.replace(/\W+/g, "-").slice(0, 40)}`;
    await page?.screenshot({ path: picture(name) }).catch(() => undefined);
  });
});

/** Sends a pageview as the script would; answers the status and why it was not counted. */
const hit = async (url: string, token: string): Promise<string> => {
  const response = await fetch(`${haru.base}api/collect?t=${token}`, {
    method: "POST",
    headers: { "user-agent": AGENTS.desktop },
    body: JSON.stringify({ p: url, r: "", n: "pageview", sw: 1440, sh: 900 }),
  });
  return `${response.status} ${response.headers.get("x-haru-dropped") ?? ""}`.trim();
};
const card = (domain: string): Locator => page.getByRole("listitem").filter({ hasText: domain });
const go = async (path: string): Promise<void> => {
  await page.goto("about:blank");
  await page.goto(haru.base + path);
};

it("opens the only site at once", async () => {
  ({ page } = await owner.open(""));
  await owner.register(page);
  const snippet = await owner.addSite(page, "shop.test", timezone);
  tokens.set("shop.test", /data-token="([^"]+)"/.exec(snippet)?.[1] ?? "");
  await go("");
  await expect.poll(() => new URL(page.url()).pathname, { timeout: PATIENCE }).toBe("/sites/shop.test");
  await page.getByTestId("total-visitors").waitFor();
});

it("says of a site what keeps its hits away: a wrong token", async () => {
  expect(await hit("https://shop.test/", "nobodys-token")).toBe("401");
  await go("sites/shop.test/setup");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByRole("heading", { name: "Hits from shop.test carry a wrong token" }).waitFor();
  expect(await page.getByText("Nothing was seen of").count()).toBe(0);
});

it("and a hostname that is not allowed, which is found while one looks", async () => {
  await go("sites/shop.test/settings");
  await page.getByLabel("Allowed hostnames").fill("www.shop.test");
  const counting = page
    .locator("section")
    .filter({ has: page.getByRole("heading", { name: "What counts" }) });
  await counting.getByRole("button", { name: "Save changes" }).click();
  await counting.getByText("Saved.").waitFor();
  await go("sites/shop.test/setup#check");
  await page.getByText("Looking every few seconds.").waitFor();
  // What was saved holds a moment later.
  await expect
    .poll(() => hit("https://copy.test/", tokens.get("shop.test") ?? ""), { timeout: PATIENCE })
    .toBe("200 hostname");
  await page.getByRole("heading", { name: "Hits come from a hostname that is not allowed" }).waitFor();
  await page.getByRole("link", { name: "Change what counts" }).waitFor();
});

it("is content when one arrives", async () => {
  expect(await hit("https://www.shop.test/", tokens.get("shop.test") ?? "")).toBe("200");
  await page.getByRole("heading", { name: "Pageviews arrive" }).waitFor();
});

it("shows two sites at a glance, the busier one first, and counts while one looks", async () => {
  await go("sites/new");
  const snippet = await owner.addSite(page, "quiet.test", timezone);
  tokens.set("quiet.test", /data-token="([^"]+)"/.exec(snippet)?.[1] ?? "");
  await go("");
  await page.getByRole("heading", { name: "All sites" }).waitFor();
  await card("shop.test").getByText("visitor today").waitFor();
  await card("quiet.test").getByText("Waiting for the first pageview…").waitFor();
  const names = await page.getByRole("main").getByRole("heading", { level: 2 }).allInnerTexts();
  expect(names).toEqual(["shop.test", "quiet.test"]);

  expect(await hit("https://quiet.test/", tokens.get("quiet.test") ?? "")).toBe("200");
  await card("quiet.test")
    .getByText("online now")
    .waitFor({ timeout: 3 * PATIENCE });
});

it("finds a site by a part of its name, and opens it", async () => {
  const search = page.getByRole("searchbox", { name: "Search sites" });
  await search.fill("quiet");
  await card("shop.test").waitFor({ state: "detached" });
  await search.fill("nowhere");
  await page.getByText("No site matches “nowhere”.").waitFor();
  await search.fill("");
  await card("quiet.test").getByRole("link").click();
  await page.getByTestId("total-visitors").waitFor();
  expect(new URL(page.url()).pathname).toBe("/sites/quiet.test");
});

it("met no error, and asked nothing of any other host", () => {
  expect(owner.errors).toEqual([]);
  expect(owner.strangers).toEqual([]);
  expect(haru.log()).not.toMatch(/ERROR|panicked/);
});
