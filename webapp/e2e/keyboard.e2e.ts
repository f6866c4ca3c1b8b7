/*
 * The webapp with a keyboard and nothing else: logging in, the order of tab stops, tabs and menus by arrows, dialogs that hold
 * the focus and give it back, the chart, filters. Every stop must be seen.
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
import { Owner } from "./owner";

let browser: Browser;
let haru: Haru;
let demo: Demo;
let owner: Owner;
let page: Page;

beforeAll(async () => {
  requireTools();
  demo = seedDemo(5_000);
  haru = await startHaru({}, demo.directory);
  browser = await launch();
  owner = await Owner.arrive(browser, haru.base, "Europe/Berlin", { reducedMotion: "reduce" });
  ({ page } = await owner.open(""));
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await haru?.stop();
  if (demo) rmSync(demo.directory, { recursive: true, force: true });
});
beforeEach(({ task }) => {
  onTestFailed(async () => {
    const name = `failed-keyboard-${task.name.replace(/\W+/g, "-").slice(0, 40)}`;
    await page?.screenshot({ path: picture(name) }).catch(() => undefined);
  });
});

/** What has the focus: its role or element, its name, and whether it can be seen that it has. */
interface Stop {
  kind: string;
  name: string;
  /** What is said of it beside its name. */
  title: string;
  isMarked: boolean;
  isInDialog: boolean;
}
const focused = (): Promise<Stop> =>
  page.evaluate(() => {
    const at = document.activeElement ?? document.body;
    const labels = (at as HTMLInputElement).labels;
    // Hints for the eye, such as the key of an entry, are no part of a name.
    const words = at.cloneNode(true) as HTMLElement;
    for (const hint of words.querySelectorAll("[aria-hidden=true]")) hint.remove();
    const name = at.getAttribute("aria-label") ?? labels?.[0]?.textContent ?? words.textContent;
    const style = getComputedStyle(at);
    const { width, height } = at.getBoundingClientRect();
    return {
      kind: at.getAttribute("role") ?? at.localName,
      name: (name ?? "").replace(/\s+/g, " ").trim(),
      title: at.getAttribute("title") ?? "",
      isMarked:
        style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0 && width * height > 0,
      isInDialog: at.closest("dialog") !== null,
    };
  });
const press = async (...keys: string[]): Promise<Stop> => {
  for (const key of keys) await page.keyboard.press(key);
  return focused();
};
const isCalled = ({ name, title }: Stop, words: RegExp): boolean => words.test(name) || words.test(title);
/** Presses Tab until a stop of that name, or title, has the focus. */
const tabTo = async (name: RegExp, most = 80): Promise<Stop> => {
  const passed: string[] = [];
  for (let count = 0; count < most; count += 1) {
    const stop = await press("Tab");
    if (isCalled(stop, name)) return stop;
    passed.push(stop.name);
  }
  throw new Error(`no stop is called ${name}; passed: ${passed.join(" | ")}`);
};
const untilFocused = (name: RegExp): Promise<void> =>
  expect.poll(async () => (await focused()).name, { timeout: PATIENCE, message: "focus" }).toMatch(name);
const open = async (path = `sites/${demo.domain}`): Promise<void> => {
  await page.goto(haru.base + path);
  await page.getByTestId("total-visitors").waitFor();
  await page.getByRole("img", { name: /^Visitors by / }).waitFor();
};

it("logs in", async () => {
  await page.getByRole("button", { name: "Log in" }).waitFor();
  if (!/Email/.test((await focused()).name)) await tabTo(/^Email/);
  await page.keyboard.type(demo.email);
  await tabTo(/^Password/);
  await page.keyboard.type(demo.password);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /^Account of / }).waitFor();
});

it("goes through the page in the order in which it is read, and shows where it is", async () => {
  await open();
  const stops: Stop[] = [];
  for (let count = 0; count < 150; count += 1) {
    const stop = await press("Tab");
    if (stop.kind === "body") break;
    stops.push(stop);
  }
  expect(stops.filter(({ isMarked }) => !isMarked).map(({ kind, name }) => `${kind} ${name}`)).toEqual([]);
  expect(stops.filter(({ name }) => name === "")).toEqual([]);
  // Between these others may come, but never in another order.
  const order = [
    /^Skip to content$/,
    /choose another site$/,
    /^Account of /,
    /^Period: /,
    /^Comparison: /,
    /^Visitors/,
    /^Visitors by day/,
    /^Interval: /,
    /^Top pages$/,
    /^Filter by \//,
    /^Countries$|^Map$|^Filter by /,
    /^Browsers$/,
  ];
  let from = 0;
  for (const name of order) {
    const at = stops.findIndex((stop, index) => index >= from && isCalled(stop, name));
    expect(at, `${name} among ${stops.map((stop) => stop.name).join(" | ")}`).toBeGreaterThanOrEqual(from);
    from = at + 1;
  }
});

it("skips the header", async () => {
  await open();
  await tabTo(/^Skip to content$/, 1);
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
  await tabTo(/^Period: /, 3);
});

it("chooses tabs with arrows, one stop for all of them", async () => {
  await open();
  await tabTo(/^Top pages$/);
  const panel = page.getByRole("region", { name: "Pages" });
  const isChosen = async (name: string): Promise<void> => {
    await untilFocused(new RegExp(`^${name}$`));
    await panel.getByRole("tab", { name, selected: true }).waitFor();
    await panel.getByRole("tabpanel", { name }).waitFor();
    expect(await panel.getByRole("tab", { selected: true }).count()).toBe(1);
  };
  await press("ArrowRight");
  await isChosen("Entry");
  expect(new URL(page.url()).searchParams.get("pages")).toBe("entry_pages");
  await press("ArrowLeft");
  await isChosen("Top pages");
  await press("End");
  await isChosen((await panel.getByRole("tab").last().textContent()) ?? "");
  await press("ArrowRight");
  await isChosen("Top pages");
  await press("End", "Home");
  await isChosen("Top pages");
  // The next stop is in the panel, not another tab.
  expect((await press("Tab")).kind).not.toBe("tab");
});

it("opens menus, moves in them with arrows, and comes back with Escape", async () => {
  await open();
  await tabTo(/^Period: /);
  await press("ArrowDown");
  const menu = page.getByRole("menu");
  await menu.waitFor();
  // The one that is chosen comes first.
  await untilFocused(/^Last 30 days$/);
  expect((await press("ArrowUp")).name).toBe("Last 28 days");
  expect((await press("Home")).name).toBe("Realtime");
  expect((await press("ArrowUp")).name).toMatch(/^Custom range/);
  expect((await press("ArrowDown", "ArrowDown")).name).toBe("Today");
  await press("Escape");
  await menu.waitFor({ state: "detached" });
  await untilFocused(/^Period: /);

  await press("Enter");
  await untilFocused(/^Last 30 days$/);
  await press("Home", "ArrowDown", "Enter");
  await menu.waitFor({ state: "detached" });
  await expect.poll(() => new URL(page.url()).searchParams.get("period"), { timeout: PATIENCE }).toBe("day");
  await untilFocused(/^Period: Today$/);

  // Tab leaves a menu, and closes it.
  await press("Enter");
  await menu.waitFor();
  await press("Tab");
  await menu.waitFor({ state: "detached" });
});

it("keeps the focus in a dialog, and gives it back", async () => {
  await open();
  const trigger = /^See all: Page$/;
  await tabTo(trigger);
  await press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await dialog.getByRole("link").first().waitFor();
  expect((await focused()).isInDialog).toBe(true);
  // Past the first stop and past the last one, a few times.
  const seen = new Set([(await focused()).name]);
  const keys = ["Shift+Tab", "Shift+Tab", "Shift+Tab", "Tab", "Tab", "Tab", "Tab", "Tab"];
  for (const key of [...keys, ...keys]) {
    const stop = await press(key);
    // Behind the last stop comes the browser itself.
    if (stop.kind !== "body") expect(stop.isInDialog, stop.name).toBe(true);
    seen.add(stop.name);
  }
  expect(seen).toContain("Close");
  await press("Escape");
  await dialog.waitFor({ state: "detached" });
  await untilFocused(trigger);
});

it("leads from a menu into a dialog and back to the menu's button", async () => {
  await open();
  await tabTo(/^Period: /);
  await press("Enter");
  await untilFocused(/^Last 30 days$/);
  await press("End", "Enter");
  await page.getByRole("dialog", { name: "Custom range" }).waitFor();
  expect((await focused()).isInDialog).toBe(true);
  await press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await untilFocused(/^Period: /);
});

it("reads the chart point by point", async () => {
  await open();
  await tabTo(/^Visitors by day/);
  const tooltip = page.locator("figure").getByRole("status");
  const says = async (): Promise<string> => ((await tooltip.textContent()) ?? "").replace(/\s+/g, " ");
  await press("ArrowLeft");
  await tooltip.waitFor();
  const last = await says();
  expect(last).toMatch(/so far/);
  await press("ArrowLeft");
  await expect.poll(says, { timeout: PATIENCE }).not.toBe(last);
  const before = await says();
  await press("ArrowRight");
  await expect.poll(says, { timeout: PATIENCE }).toBe(last);
  await press("Home");
  await expect.poll(says, { timeout: PATIENCE }).not.toBe(last);
  expect(await says()).not.toBe(before);
  await press("End");
  await expect.poll(says, { timeout: PATIENCE }).toBe(last);
  await press("Escape");
  await tooltip.waitFor({ state: "detached" });
});

it("puts another number on the chart", async () => {
  await open();
  await tabTo(/^Pageviews/);
  await press("Enter");
  await page.getByRole("img", { name: /^Pageviews by day/ }).waitFor();
  expect(new URL(page.url()).searchParams.get("metric")).toBe("pageviews");
});

it("filters by a row and takes the filter away again, without losing its place", async () => {
  await open();
  const row = await tabTo(/^Filter by \//);
  await press("Enter");
  const pill = page.getByRole("button", { name: /^Remove filter/ });
  await pill.waitFor();
  await page.waitForFunction(() => !document.querySelector("main [aria-busy=true], main .breathing"));
  expect((await focused()).title).toBe(row.title.replace("Filter by", "Remove filter"));

  await page.keyboard.press("Shift+Tab");
  await page.evaluate(() => document.getElementById("main")?.focus());
  await tabTo(/^Remove filter/, 6);
  await press("Enter");
  await pill.waitFor({ state: "detached" });
  expect((await focused()).kind, "the focus is lost to the page").not.toBe("body");
});

it("met no error", () => {
  expect(owner.errors).toEqual([]);
  expect(owner.strangers).toEqual([]);
});
