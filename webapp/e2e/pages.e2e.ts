/*
 * What holds on every page, on a desk and on a phone, light and dark: axe finds nothing, nothing hangs over the edge, nothing
 * is asked of any other host, and no script fails.
 */
import axe, { type AxeResults, type RunOptions } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { launch, picture, requireTools } from "./harness";
import { type Instance, type Role, startInstance } from "./instance";
import type { Owner } from "./owner";
import { PAGES, pathOf, show, still } from "./pages";

/** WCAG 2 up to 2.2, levels A and AA, and what axe takes for good practice. */
const RULES: RunOptions = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
};
/** All that another theme can change. */
const COLOURS: RunOptions = {
  runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] },
  resultTypes: ["violations"],
};

const DEVICES = {
  desk: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

let browser: Browser;
let instance: Instance;

beforeAll(async () => {
  requireTools();
  browser = await launch();
  instance = await startInstance(Number(process.env.HARU_DEMO_EVENTS || 5_000));
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await instance?.close();
});

const findings = async (page: Page, options: RunOptions): Promise<string[]> => {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (rules) =>
      (window as unknown as { axe: { run(of: Document, rules: RunOptions): Promise<AxeResults> } }).axe.run(
        document,
        rules,
      ),
    options,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary, html }) => {
      const why = failureSummary
        ?.split("\n")
        .slice(1)
        .map((line) => line.trim())
        .join("; ");
      return `${id}: ${target.join(" ")}: ${why}: ${html.slice(0, 160)}`;
    }),
  );
};
const overhang = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe.each(Object.keys(DEVICES) as (keyof typeof DEVICES)[])("on a %s", (device) => {
  const people = new Map<Role, Owner>();
  const person = async (role: Role): Promise<Owner> => {
    const known = people.get(role) ?? (await instance.arrive(browser, role, DEVICES[device]));
    people.set(role, known);
    return known;
  };
  afterAll(async () => {
    for (const { context } of people.values()) await context.close();
  });

  it.each(PAGES)("$name", async (shown) => {
    const owner = await person(shown.as);
    owner.errors.length = 0;
    owner.requested.length = 0;
    const { page } = await owner.open(pathOf(shown, instance), shown.prepare);
    onTestFailed(async () => {
      await page.screenshot({ path: picture(`failed-${device}-${shown.name}`) }).catch(() => undefined);
      await page.close();
    });
    await show(page, shown, instance);
    const found = (await findings(page, RULES)).map((finding) => `light: ${finding}`);
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await still(page);
    found.push(...(await findings(page, COLOURS)).map((finding) => `dark: ${finding}`));
    expect.soft(found.join("\n")).toBe("");
    expect.soft(await overhang(page), "pixels over the edge").toBeLessThanOrEqual(0);
    expect.soft(owner.strangers, "requests to other hosts").toEqual([]);
    expect.soft(owner.requested.length).toBeGreaterThan(0);
    expect.soft(owner.errors.filter((error) => !shown.errors?.test(error))).toEqual([]);
    await page.close();
  });
});

it("did nothing that the server calls an error", () => {
  expect(instance.log()).not.toMatch(/ERROR|panicked/);
});
