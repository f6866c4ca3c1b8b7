/*
 * What the settings of a site do to the hits that come after: left out with their reason, kept over a change of the
 * domain, gone after a reset.
 */
import type { Browser, Page } from "playwright-core";
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
import { Owner, untilTotal } from "./owner";

let browser: Browser;
let haru: Haru;
let owner: Owner;
let page: Page;
let token: string;
let hasFailed = false;

beforeAll(async () => {
  requireTools();
  browser = await launch();
  haru = await startHaru();
  const timezone = quietTimezone();
  owner = await Owner.arrive(browser, haru.base, timezone);
  ({ page } = await owner.open(""));
  await owner.register(page);
  const snippet = await owner.addSite(page, "shop.test", timezone);
  token = /data-token="([^"]+)"/.exec(snippet)?.[1] ?? "";
  await page.goto(`${haru.base}sites/shop.test/settings`);
});
afterAll(async () => {
  await browser?.close();
  await haru?.stop();
});
// Each step stands on the one before: after a failure the rest would say nothing new.
beforeEach(({ skip }) => {
  skip(hasFailed, "an earlier step failed");
  onTestFailed(async () => {
    hasFailed = true;
    console.error(haru?.log());
    await page?.screenshot({ path: picture("failed-settings") }).catch(() => undefined);
  });
});

/** Sends a pageview as the script would; answers why it was dropped, `null` when it counted. */
const hit = async (address: string): Promise<string | null> => {
  const response = await fetch(`${haru.base}api/collect?t=${token}`, {
    method: "POST",
    headers: { "user-agent": AGENTS.desktop },
    body: JSON.stringify({ p: address, r: "", n: "pageview", sw: 1440, sh: 900 }),
  });
  expect(response.status).toBe(200);
  return response.headers.get("x-haru-dropped");
};
const section = (name: string) =>
  page.locator("section").filter({ has: page.getByRole("heading", { name }) });
const save = async (name: string): Promise<void> => {
  await section(name).getByRole("button", { name: "Save changes" }).click();
  await section(name).getByText("Saved.").waitFor();
};

it("leaves out hostnames and paths", async () => {
  expect(await hit("https://shop.test/")).toBeNull();
  await page.getByLabel("Allowed hostnames").fill("shop.test\n*.shop.example");
  await page.getByLabel("Excluded paths").fill("/admin/**");
  await save("What counts");
  await expect
    .poll(() => hit("https://elsewhere.test/"), { timeout: PATIENCE, message: "a foreign hostname" })
    .toBe("hostname");
  expect(await hit("https://shop.test/admin/users/7")).toBe("excluded_path");
  expect(await hit("https://www.shop.example/")).toBeNull();
});

it("tells which field is wrong", async () => {
  await page.getByLabel("Excluded paths").fill("admin");
  await section("What counts").getByRole("button", { name: "Save changes" }).click();
  await page.locator("textarea[name=excluded_paths][aria-invalid=true]").waitFor();
  await page.getByLabel("Excluded paths").fill("/admin/**");
  await save("What counts");
});

it("leaves out the owner's own address, and shows its note only", async () => {
  await page.getByRole("button", { name: "Exclude an address" }).click();
  await page.getByRole("dialog").getByLabel("Note").fill("My desk");
  await page.getByRole("button", { name: "Exclude", exact: true }).click();
  await section("Excluded addresses").getByText("My desk").waitFor();
  await expect
    .poll(() => hit("https://shop.test/desk"), { timeout: PATIENCE, message: "an excluded address" })
    .toBe("excluded_address");
  await page.reload();
  await section("Excluded addresses").getByText("My desk").waitFor();
  expect(await page.content()).not.toContain("127.0.0.1<");
  await page.getByRole("button", { name: "Remove My desk" }).click();
  await section("Excluded addresses").getByText("No address is excluded.").waitFor();
});

it("asks again before old days are deleted", async () => {
  await page.getByLabel("Keep everything forever").uncheck();
  await page.getByLabel("Days to keep").fill("90");
  await section("Retention").getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("heading", { name: "Delete what is older than 90 days?" }).waitFor();
  await page.getByRole("button", { name: "Delete and keep it so" }).click();
  await section("Retention").getByText("Saved.").waitFor();
});

it("keeps what was counted when the domain changes", async () => {
  await page.getByLabel("Domain").fill("https://www.market.test/");
  await save("General");
  expect(new URL(page.url()).pathname).toBe("/sites/market.test/settings");
  await page.getByRole("link", { name: "Dashboard", exact: true }).click();
  await page.getByText(/hits were not counted/).click();
  for (const reason of ["Hostnames that are not allowed", "Excluded paths", "Excluded addresses"]) {
    await page.getByText(reason).waitFor();
  }
  expect(Number(await page.getByTestId("total-pageviews").textContent())).toBeGreaterThanOrEqual(2);
});

it("deletes all numbers once the domain was typed, and keeps the site", async () => {
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Reset site" }).click();
  const confirm = page.getByRole("button", { name: "Delete all numbers" });
  await page.getByLabel("Type market.test to confirm.").fill("shop.test");
  expect(await confirm.isDisabled()).toBe(true);
  await page.getByLabel("Type market.test to confirm.").fill("market.test");
  await confirm.click();
  await page.getByText("All numbers were deleted.").waitFor();
  await page.getByRole("link", { name: "Dashboard", exact: true }).click();
  await untilTotal(page, "pageviews", "0");
  expect(owner.errors.filter((error) => !/status of 422/.test(error))).toEqual([]);
  expect(haru.log()).not.toMatch(/ERROR|panicked/);
});
