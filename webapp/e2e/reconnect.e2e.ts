/*
 * The server goes away under open dashboards and comes back on the same data: they say so, keep what they show, and become
 * live again without being touched.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it, onTestFailed } from "vitest";
import {
  AGENTS,
  freePort,
  type Haru,
  launch,
  picture,
  quietTimezone,
  requireTools,
  startHaru,
} from "./harness";
import { Owner, shownAddress, type Tab, total, untilLive, untilTotal } from "./owner";

/** The longest that a page waits before it tries again is half a minute, and half as much again by chance. */
const BACK_WITHIN_MS = 50_000;
const RECONNECTING = "Reconnecting";

const timezone = quietTimezone();
const directory = mkdtempSync(join(tmpdir(), "haru-e2e-reconnect-"));
let browser: Browser;
let settings: NodeJS.ProcessEnv;
let haru: Haru;
let owner: Owner;
let reader: Owner;
let board: Tab;
let shared: Tab;
let token: string;
let hasFailed = false;

beforeAll(async () => {
  requireTools();
  browser = await launch();
  settings = { HARU_LISTEN: `127.0.0.1:${await freePort()}` };
  haru = await startHaru(settings, directory);
  owner = await Owner.arrive(browser, haru.base, timezone);
  reader = await Owner.arrive(browser, haru.base, timezone);
});
afterAll(async () => {
  await browser?.close();
  await haru?.stop();
  rmSync(directory, { recursive: true, force: true });
});
// Each step stands on the one before: after a failure the rest would say nothing new.
beforeEach(({ skip }) => {
  skip(hasFailed, "an earlier step failed");
  onTestFailed(async () => {
    hasFailed = true;
    console.error(haru?.log());
    for (const [index, tab] of [board, shared].entries())
      await tab?.page.screenshot({ path: picture(`failed-reconnect-${index}`) }).catch(() => undefined);
  });
});

const hit = async (path: string): Promise<void> => {
  const response = await fetch(`${haru.base}api/collect?t=${token}`, {
    method: "POST",
    headers: { "user-agent": AGENTS.desktop },
    body: JSON.stringify({ p: `https://shop.test${path}`, r: "", n: "pageview", sw: 1440, sh: 900 }),
  });
  expect(response.headers.get("x-haru-dropped")).toBeNull();
};
const untilSays = (tab: Tab, isAway: boolean): Promise<void> =>
  expect
    .poll(async () => (await tab.page.getByText(RECONNECTING).count()) > 0, {
      timeout: BACK_WITHIN_MS,
      message: isAway ? "says that it reconnects" : "no longer says that it reconnects",
    })
    .toBe(isAway);

it("begins with a dashboard of a member and a shared one, both live", async () => {
  const { page } = await owner.open("");
  await owner.register(page);
  const snippet = await owner.addSite(page, "shop.test", timezone);
  token = /data-token="([^"]+)"/.exec(snippet)?.[1] ?? "";
  await page.goto(`${haru.base}sites/shop.test/settings`);
  await page.getByLabel("Everybody may see this dashboard").check();
  await page.getByRole("link", { name: shownAddress(`${haru.base}share/shop.test`) }).waitFor();
  await page.close();
  board = await owner.open("sites/shop.test");
  shared = await reader.open("share/shop.test");
  for (const tab of [board, shared]) await untilLive(tab);
  await hit("/");
  for (const tab of [board, shared]) {
    await untilTotal(tab.page, "pageviews", "1");
    expect(await tab.page.getByText(RECONNECTING).count()).toBe(0);
  }
});

it("says so when the server is gone, and goes on showing what it knows", async () => {
  await haru.kill();
  for (const tab of [board, shared]) {
    await untilSays(tab, true);
    expect(await total(tab.page, "pageviews")).toBe("1");
  }
  await board.page.screenshot({ path: picture("reconnecting") });
});

it("becomes live again by itself when the server is back", { timeout: 3 * BACK_WITHIN_MS }, async () => {
  // Long enough away that the first tries fail.
  await board.page.waitForTimeout(3_000);
  const tabs = [board, shared];
  const sockets = tabs.map((tab) => tab.sockets.length);
  haru = await startHaru(settings, directory);
  for (const tab of tabs) await untilSays(tab, false);
  await hit("/mug");
  for (const [index, tab] of tabs.entries()) {
    await untilTotal(tab.page, "pageviews", "2");
    expect(tab.sockets.length).toBeGreaterThan(sockets[index] ?? 0);
    expect(tab.loads).toBe(1);
    expect(await tab.page.getByRole("alert").filter({ hasText: /\S/ }).count()).toBe(0);
  }
});

it("asks for no new login", async () => {
  await board.page.reload();
  await untilTotal(board.page, "pageviews", "2");
  expect([...owner.strangers, ...reader.strangers]).toEqual([]);
  // What does not come through is an error to a browser; of scripts there was none.
  const meant = /net::ERR_|WebSocket connection/;
  expect([...owner.errors, ...reader.errors].filter((error) => !meant.test(error))).toEqual([]);
});
