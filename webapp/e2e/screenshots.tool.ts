/*
 * `make screenshots`: a picture of every page, light, dark and as wide as a phone, into screenshots/. Names sort as the
 * table of pages does. HARU_SHOTS takes only pages whose name it matches; HARU_DEMO_EVENTS says how busy the demo is.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { launch, requireTools } from "./harness";
import { type Instance, type Role, startInstance } from "./instance";
import type { Owner } from "./owner";
import { PAGES, pathOf, show } from "./pages";

const folder = fileURLToPath(new URL("../../screenshots/", import.meta.url));
const wanted = new RegExp(process.env.HARU_SHOTS || ".");

const desk = { viewport: { width: 1280, height: 860 }, deviceScaleFactor: 2 };
const VARIANTS: Record<string, BrowserContextOptions> = {
  light: desk,
  dark: { ...desk, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
};

/** Pictures have no scroll bars, and so no room is kept for them. */
function withoutBars(): void {
  addEventListener("DOMContentLoaded", () => {
    document.documentElement.style.scrollbarGutter = "auto";
  });
}

/** From the top, in a window as high as the page: what stretches for the picture alone would be drawn too late. */
async function unfold(page: Page): Promise<void> {
  const { width } = page.viewportSize() ?? desk.viewport;
  const height = await page.evaluate(() => {
    scrollTo(0, 0);
    return document.documentElement.scrollHeight;
  });
  await page.setViewportSize({ width, height: Math.max(height, desk.viewport.height) });
  await page.waitForTimeout(500);
}

let browser: Browser;
let instance: Instance;

beforeAll(async () => {
  requireTools();
  if (!process.env.HARU_SHOTS) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  browser = await launch();
  instance = await startInstance(Number(process.env.HARU_DEMO_EVENTS || 60_000));
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await instance?.close();
});

describe.each(Object.entries(VARIANTS))("%s", (variant, options) => {
  const people = new Map<Role, Owner>();
  afterAll(async () => {
    for (const { context } of people.values()) await context.close();
  });

  for (const [index, shown] of PAGES.entries()) {
    const number = `${index + 1}`.padStart(2, "0");
    it.runIf(wanted.test(shown.name))(shown.name, async () => {
      const owner = people.get(shown.as) ?? (await instance.arrive(browser, shown.as, options));
      people.set(shown.as, owner);
      const { page } = await owner.open(pathOf(shown, instance), async (tab) => {
        await tab.addInitScript(withoutBars);
        await shown.prepare?.(tab);
      });
      try {
        await show(page, shown, instance);
        // Code and pictures that come late, such as flags.
        if (!shown.loads) await page.waitForLoadState("networkidle");
      } finally {
        const path = join(folder, `${number}-${shown.name}-${variant}.png`);
        if (!shown.fold) await unfold(page);
        await page.screenshot({ path, fullPage: !shown.fold });
        await page.close();
      }
    });
  }
});
