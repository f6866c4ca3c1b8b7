/*
 * The dashboard of a demo site in both themes and on a phone: pictures to look at (out/), and the little about looks
 * that a machine can tell. HARU_DEMO_EVENTS sets how busy the demo is.
 */
import { rmSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Haru, launch, picture, requireTools, seedDemo, startHaru } from "./harness";
import { Owner, rowsOf } from "./owner";

let browser: Browser;
let haru: Haru;
let page: Page;
let directory: string;

beforeAll(async () => {
  requireTools();
  const demo = seedDemo(Number(process.env.HARU_DEMO_EVENTS || 5_000));
  directory = demo.directory;
  haru = await startHaru({}, directory);
  browser = await launch();
  const owner = await Owner.arrive(browser, haru.base, "Europe/Berlin");
  ({ page } = await owner.open(""));
  await owner.login(page, demo.email, demo.password);
  await page.getByTestId("total-visitors").waitFor();
}, 600_000);

afterAll(async () => {
  await browser?.close();
  await haru?.stop();
  if (directory) rmSync(directory, { recursive: true, force: true });
});

const take = async (name: string, fullPage = true): Promise<void> => {
  // The chart draws itself in, and colours fade.
  await page.waitForTimeout(1_200);
  await page.screenshot({ path: picture(name), fullPage });
};
const overflow = (): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

it("fills every panel", async () => {
  for (const panel of ["Pages", "Sources", "Locations", "Devices", "Events"]) {
    expect(await rowsOf(page, panel), panel).not.toEqual([]);
  }
});

it.each(["light", "dark"] as const)("fits a desk, %s", async (colorScheme) => {
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.emulateMedia({ colorScheme });
  await take(colorScheme);
  await take(`${colorScheme}-fold`, false);
  expect(await overflow()).toBeLessThanOrEqual(0);
});

it.each(["light", "dark"] as const)("fits a phone, %s", async (colorScheme) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme });
  await take(`phone-${colorScheme}`);
  expect(await overflow()).toBeLessThanOrEqual(0);
});
