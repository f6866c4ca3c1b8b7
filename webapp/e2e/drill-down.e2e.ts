/*
 * Looking into a demo site: three clicks, each on a row of another panel, an address that shows somebody else the same, and
 * the comparison. Nothing arrives meanwhile, so that numbers stay.
 */
import { rmSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it, onTestFailed } from "vitest";
import {
  type Demo,
  type Haru,
  launch,
  PATIENCE,
  picture,
  requireTools,
  seedDemo,
  startHaru,
} from "./harness";
import { Owner, rowsOf, total } from "./owner";

/** What is shown: the numbers, the filters, the first rows of each panel. */
interface Shown {
  totals: string[];
  filters: string[];
  rows: string[][];
}

const PANELS = ["Pages", "Sources", "Locations", "Devices"];
/** Days that are over, so that no number moves. */
const PERIOD = "28d";

let browser: Browser;
let haru: Haru;
let demo: Demo;
let owner: Owner;
let page: Page;
let hasFailed = false;
/** After none, one, two and three filters. */
const seen: { url: string; shown: Shown; visitors: number }[] = [];

beforeAll(async () => {
  requireTools();
  demo = seedDemo(5_000);
  haru = await startHaru({ HARU_AUTH_RATE_LIMIT: "0" }, demo.directory);
  browser = await launch();
  owner = await Owner.arrive(browser, haru.base, "Europe/Berlin");
  ({ page } = await owner.open(""));
  await owner.login(page, demo.email, demo.password);
  await page.getByRole("button", { name: /^Account of / }).waitFor();
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await haru?.stop();
  if (demo) rmSync(demo.directory, { recursive: true, force: true });
});
// Each step stands on the one before: after a failure the rest would say nothing new.
beforeEach(({ skip }) => {
  skip(hasFailed, "an earlier step failed");
  onTestFailed(async () => {
    hasFailed = true;
    await page?.screenshot({ path: picture("failed-drill-down"), fullPage: true }).catch(() => undefined);
  });
});

const filtersOf = async (tab: Page): Promise<string[]> => {
  const pills = await tab.getByRole("list", { name: "Filters" }).getByRole("listitem").allInnerTexts();
  return pills.map((pill) => pill.trim()).filter((pill) => pill !== "" && pill !== "Clear all");
};
const look = async (tab: Page): Promise<Shown> => {
  // A row tells more while the pointer is on it.
  await tab.mouse.move(0, 0);
  return {
    totals: await Promise.all(
      (["visitors", "visits", "pageviews", "bounce-rate", "visit-duration"] as const).map((name) =>
        total(tab, name),
      ),
    ),
    filters: await filtersOf(tab),
    rows: await Promise.all(PANELS.map((panel) => rowsOf(tab, panel))),
  };
};
/** The question of the address is answered. */
const untilStill = async (tab: Page): Promise<void> => {
  await tab.getByTestId("total-visitors").waitFor();
  await tab.waitForFunction(() => !document.querySelector("main [aria-busy=true], main .breathing"));
};
const untilFilters = (tab: Page, count: number): Promise<void> =>
  expect
    .poll(async () => (await filtersOf(tab)).length, { timeout: PATIENCE, message: "filters" })
    .toBe(count)
    .then(() => untilStill(tab));
/** What was seen with so many filters. */
const untilShown = (tab: Page, count: number): Promise<void> =>
  expect
    .poll(() => look(tab), { timeout: PATIENCE, message: "what was seen before" })
    .toEqual(seen[count]?.shown);
/** The whole number behind "1.2k". */
const visitorsOf = async (tab: Page): Promise<number> => {
  const button = tab.getByRole("button").filter({ has: tab.getByTestId("total-visitors") });
  return Number((await button.getAttribute("title"))?.replace(/\D/g, ""));
};
const keep = async (): Promise<void> => {
  seen.push({ url: page.url(), shown: await look(page), visitors: await visitorsOf(page) });
};

it("shows everything at first", async () => {
  await page.goto(`${haru.base}sites/${demo.domain}?period=${PERIOD}`);
  await untilStill(page);
  expect(await filtersOf(page)).toEqual([]);
  await keep();
});

it.each([
  ["Sources", 0],
  ["Devices", 1],
  ["Locations", 2],
] as const)("looks deeper by a row of %s", async (panel, before) => {
  const row = page.getByRole("region", { name: panel }).getByRole("listitem").getByRole("link").first();
  const title = (await row.getAttribute("title")) ?? "";
  expect(title).toMatch(/^Filter by /);
  await row.click();
  await untilFilters(page, before + 1);
  expect((await filtersOf(page)).join("\n")).toContain(title.replace("Filter by ", ""));
  await expect.poll(() => visitorsOf(page), { timeout: PATIENCE }).toBeLessThan(seen.at(-1)?.visitors ?? 0);
  await keep();
  expect(new Set(seen.map(({ url }) => url)).size).toBe(before + 2);
});

it("shows the same after a reload", async () => {
  await page.reload();
  await untilFilters(page, 3);
  await untilShown(page, 3);
});

it("shows somebody else the same at the same address", async () => {
  const colleague = await Owner.arrive(browser, haru.base, "Europe/Berlin");
  const address = seen[3]?.url.slice(haru.base.length) ?? "";
  const { page: theirs } = await colleague.open(address);
  await colleague.login(theirs, demo.email, demo.password);
  await untilFilters(theirs, 3);
  expect(theirs.url()).toBe(seen[3]?.url);
  await untilShown(theirs, 3);
  expect([...colleague.errors, ...colleague.strangers]).toEqual([]);
  await colleague.context.close();
});

it("goes back filter by filter, and forward again", async () => {
  for (const count of [2, 1, 0]) {
    await page.goBack();
    await untilFilters(page, count);
    expect(page.url()).toBe(seen[count]?.url);
    await untilShown(page, count);
  }
  for (const count of [1, 2, 3]) {
    await page.goForward();
    await untilFilters(page, count);
    await untilShown(page, count);
  }
});

it("takes a filter away by its pill", async () => {
  await page
    .getByRole("button", { name: /^Remove filter/ })
    .last()
    .click();
  await untilFilters(page, 2);
  await untilShown(page, 2);
});

it("compares with the period before, the year before, or nothing", async () => {
  const column = page.getByRole("columnheader", { name: "Compared period" });
  // The table of the chart comes after what is seen.
  const untilCompared = (columns: number): Promise<void> =>
    expect.poll(() => column.count(), { timeout: PATIENCE, message: "compared columns" }).toBe(columns);
  const choose = async (name: string): Promise<void> => {
    await page.getByRole("button", { name: /^Comparison: / }).click();
    await page.getByRole("menuitemradio", { name }).click();
    await untilStill(page);
  };
  const changes = (): Promise<number> =>
    page.getByRole("button", { name: /than the compared period|as in the compared period/ }).count();
  await page.goto(seen[0]?.url ?? "");
  await untilStill(page);
  await untilCompared(1);
  expect(await changes()).toBe(5);
  const now = await visitorsOf(page);

  await choose("No comparison");
  await untilCompared(0);
  expect(new URL(page.url()).searchParams.get("compare")).toBe("none");
  expect(await changes()).toBe(0);
  expect(await visitorsOf(page)).toBe(now);

  await choose("Year over year");
  await untilCompared(1);
  expect(new URL(page.url()).searchParams.get("compare")).toBe("year_over_year");
  expect(await visitorsOf(page)).toBe(now);
  await page.reload();
  await untilStill(page);
  await untilCompared(1);
});

it("asked nothing of any other host, and nothing went wrong on its pages", () => {
  expect(owner.strangers).toEqual([]);
  expect(owner.errors).toEqual([]);
  expect(haru.log()).not.toMatch(/ERROR|panicked/);
});
