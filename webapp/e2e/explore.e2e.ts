/*
 * What a member does with a dashboard all day: filters by the editor, segments, annotations, full tables and their files,
 * keys, and the view of what happens now. On a site with numbers, and with visitors that a spec sends itself.
 */
import { readFile } from "node:fs/promises";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it, onTestFailed } from "vitest";
import { launch, PATIENCE, picture, requireTools } from "./harness";
import { dayBefore, type Instance, SEGMENT, startInstance } from "./instance";
import type { Owner } from "./owner";

const SITE = "sites/lumen.blog";

let browser: Browser;
let instance: Instance;
let owner: Owner;
let page: Page;

beforeAll(async () => {
  requireTools();
  browser = await launch();
  instance = await startInstance(5_000);
  owner = await instance.arrive(browser, "owner");
  ({ page } = await owner.open(""));
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await instance?.close();
});
beforeEach(({ task }) => {
  onTestFailed(async () => {
    const name = `failed-explore-${task.name.replace(/\W+/g, "-").slice(0, 40)}`;
    await page?.screenshot({ path: picture(name) }).catch(() => undefined);
  });
});

const button = (name: string | RegExp): Locator => page.getByRole("button", { name });
const pills = (): Locator => page.getByRole("list", { name: "Filters" }).getByRole("listitem");
const untilStill = async (): Promise<void> => {
  await page.getByTestId("total-visitors").waitFor();
  await page.waitForFunction(() => !document.querySelector("main [aria-busy=true], main .breathing"));
};
const open = async (query = ""): Promise<void> => {
  await page.goto(`${instance.base}${SITE}${query}`);
  await untilStill();
};
const parameter = (name: string): string | null => new URL(page.url()).searchParams.get(name);
const untilParameter = (name: string, value: string | null): Promise<void> =>
  expect.poll(() => parameter(name), { timeout: PATIENCE, message: name }).toBe(value);
/** Opens the editor for a dimension of the menu. */
const addFilter = async (dimension: RegExp): Promise<Locator> => {
  await button("Add a filter").click();
  await page.getByRole("menuitem", { name: dimension }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  return dialog;
};

it("filters by what is suggested while one types", async () => {
  await open();
  const dialog = await addFilter(/^Country$/);
  await dialog.getByRole("combobox", { name: "Values" }).fill("germ");
  await dialog.getByRole("option", { name: /^Germany/ }).click();
  await dialog.getByRole("list", { name: "Chosen values" }).getByText("Germany").waitFor();
  await dialog.getByRole("button", { name: "Apply filter" }).click();
  await button("Edit filter: Country is Germany").waitFor();
  await untilParameter("f", "is,country,DE");
  await untilStill();
});

it("filters by a part of a text", async () => {
  const dialog = await addFilter(/^Page$/);
  await dialog.getByLabel("Condition").selectOption("contains");
  await dialog.getByRole("combobox", { name: "Values" }).fill("/");
  await dialog.getByRole("button", { name: "Apply filter" }).click();
  await expect
    .poll(() => new URL(page.url()).searchParams.getAll("f"), { timeout: PATIENCE })
    .toEqual(["is,country,DE", "contains-i,page,/"]);
});

it("knows these filters for a segment that was saved, and opens into them", async () => {
  await button(`Segment ${SEGMENT.name}, show its filters`).click();
  await button("Edit filter: Country is Germany").waitFor();
});

it("changes a filter by its pill", async () => {
  await button("Edit filter: Page contains /").click();
  const dialog = page.getByRole("dialog", { name: "Filter: Page" });
  await dialog.getByLabel("Condition").selectOption("contains_not");
  await dialog.getByRole("button", { name: "Remove /" }).click();
  await dialog.getByRole("combobox", { name: "Values" }).fill("/docs");
  await dialog.getByRole("button", { name: "Apply filter" }).click();
  await button("Edit filter: Page does not contain /docs").waitFor();
});

it("saves a segment, applies it, and deletes it", async () => {
  await button("Save as segment").click();
  await page.getByRole("dialog").getByLabel("Name").fill("Not the docs");
  await page.getByRole("dialog").getByRole("button", { name: "Save segment" }).click();
  await page.getByText("Segment Not the docs was saved.").waitFor();
  await button("Segment Not the docs, show its filters").waitFor();

  await open();
  expect(await pills().count()).toBe(0);
  await button("Saved segments").click();
  await page.getByRole("menuitemradio", { name: "Not the docs" }).click();
  await button("Segment Not the docs, show its filters").waitFor();
  expect(new URL(page.url()).searchParams.getAll("f")).toEqual([
    "is,country,DE",
    "contains_not-i,page,/docs",
  ]);

  await button("Saved segments").click();
  await page.getByRole("menuitem", { name: "Manage segments" }).click();
  await button("Delete Not the docs").click();
  await button("Delete segment").click();
  await button("Delete Not the docs").waitFor({ state: "detached" });
  await button(`Delete ${SEGMENT.name}`).waitFor();
  await page.keyboard.press("Escape");
  await button("Edit filter: Country is Germany").waitFor();
});

it("shows annotations on the chart, and takes a new one", async () => {
  await open("?chart=table");
  const figure = page.getByRole("figure");
  await figure.getByText("Version 2 is out").waitFor();
  await button("Annotations of the chart").click();
  await page.getByRole("menuitem", { name: "Add an annotation" }).click();
  const dialog = page.getByRole("dialog", { name: "Add an annotation" });
  await dialog.getByLabel("Date").fill(dayBefore(7));
  await dialog.getByLabel("Text").fill("We were in the news");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await figure.getByRole("row").filter({ hasText: "We were in the news" }).waitFor();

  await page.reload();
  await untilStill();
  await figure.getByText("We were in the news").waitFor();
  await button("Annotations of the chart").click();
  await page.getByRole("menuitem", { name: /We were in the news/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await figure.getByText("We were in the news").waitFor({ state: "detached" });
  await button("Show as chart").click();
  await page.getByRole("img", { name: /^Visitors by day/ }).waitFor();
});

it("searches and sorts a full table, and saves it as a file", async () => {
  await open("?period=28d");
  await button("See all: Page").click();
  const dialog = page.getByRole("dialog");
  const rows = dialog.getByRole("row");
  const untilRows = (): Promise<void> => dialog.locator("[aria-busy=false] tbody tr").first().waitFor();
  await untilRows();
  const all = await rows.count();
  await dialog.getByRole("searchbox", { name: "Search: Page" }).fill("docs");
  await expect.poll(() => rows.count(), { timeout: PATIENCE }).toBeLessThan(all);
  await untilRows();
  for (const name of await dialog.getByRole("rowheader").allInnerTexts()) expect(name).toContain("docs");

  const head = dialog.getByRole("columnheader", { name: "Pageviews" });
  await head.getByRole("button").click();
  await expect.poll(() => head.getAttribute("aria-sort"), { timeout: PATIENCE }).toBe("descending");
  await untilRows();
  const names = async (): Promise<string[]> => await dialog.getByRole("rowheader").allInnerTexts();
  const down = await names();

  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Download CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^lumen\.blog.*\.csv$/);
  const [first = "", ...lines] = (await readFile(await file.path(), "utf8"))
    .replace(/^\uFEFF/, "")
    .trim()
    .split(/\r?\n/);
  expect(first.split(",").slice(0, 2)).toEqual(["Page", "Visitors"]);
  expect(lines.map((line) => line.split(",")[0])).toEqual(down.map((name) => name.trim()));

  await head.getByRole("button").click();
  await expect.poll(() => head.getAttribute("aria-sort"), { timeout: PATIENCE }).toBe("ascending");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(parameter("all")).toBeNull();
});

it("obeys keys", async () => {
  await open();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await sheet.getByText("Comparison on or off").waitFor();
  // A dialog has keys of its own.
  await page.keyboard.press("d");
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  expect(parameter("period")).toBeNull();

  await page.keyboard.press("d");
  await untilParameter("period", "day");
  await page.keyboard.press("t");
  await untilParameter("period", null);
  await page.keyboard.press("x");
  await untilParameter("compare", "none");
  await page.keyboard.press("x");
  await untilParameter("compare", null);
  await page.keyboard.press("f");
  await page.getByRole("menu", { name: "Add a filter" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("p");
  await button("Resume live updates").waitFor();
  await page.keyboard.press("p");
  await button("Pause live updates").waitFor();
  await page.keyboard.press("r");
  await page.getByTestId("realtime-online").waitFor();
  await untilParameter("period", "realtime");
});

it("has the focus in a menu before the next key can come", async () => {
  await open();
  const focused = await page.evaluate(async () => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "f", bubbles: true }));
    // What is done by now is done before the browser hands on another key.
    for (let turn = 0; turn < 10; turn += 1) await null;
    return document.activeElement?.getAttribute("role");
  });
  expect(focused).toBe("menuitem");
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "detached" });
});

it("leaves keys alone where somebody does not want them", async () => {
  await open();
  await page.keyboard.press("?");
  await page.getByLabel("Use keyboard shortcuts").uncheck();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("d");
  // A key that did something would have done it before this is answered.
  await button("Pause live updates").click();
  await button("Resume live updates").click();
  expect(parameter("period")).toBeNull();
  await page.evaluate(() => localStorage.clear());
});

it("shows an event on the realtime view as it happens", async () => {
  await page.goto(`${instance.base}${SITE}?period=realtime`);
  await page.getByTestId("realtime-online").waitFor();
  const rows = page.getByTestId("feed").getByRole("listitem");
  const here = rows.filter({ hasText: "/only-just-now" });
  expect(await here.count()).toBe(0);
  await instance.hit("/only-just-now");
  await here.first().waitFor();
});

it("keeps still while it is paused, and catches up after", async () => {
  await button("Pause live updates").click();
  await button("Resume live updates").waitFor();
  const here = page.getByTestId("feed").getByText("/while-paused");
  // So many that the page is among the first ones.
  for (let count = 0; count < 15; count += 1) await instance.hit("/while-paused");
  expect(await here.count()).toBe(0);
  await button("Resume live updates").click();
  await page
    .getByRole("region", { name: "Pages" })
    .getByRole("link", { name: /\/while-paused/ })
    .waitFor();
});

it("met no error, and asked nothing of any other host", () => {
  expect(owner.errors).toEqual([]);
  expect(owner.strangers).toEqual([]);
  expect(instance.log()).not.toMatch(/ERROR|panicked/);
});
