/*
 * A share link from its making to its end: with a password, in a fresh browser, live, in frames of other pages, and
 * revoked while it is open. At the root of a server and below a path.
 */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from "vitest";
import {
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
  shownAddress,
  type Tab,
  untilLive,
  untilRow,
  untilTotal,
  watchPageviews,
} from "./owner";

/** A pageview is on the shared dashboard this soon after the page sent it. */
const LIVE_WITHIN_MS = 2_000;
/** A dashboard is closed this soon after its link was revoked. */
const CLOSED_WITHIN_MS = 2_000;

const LINK = { name: "For the press", slug: "press-2026", password: "tell nobody else" };
const ENDED = "This dashboard is no longer shared";
const MISSING = "There is no dashboard here";

let browser: Browser;
beforeAll(async () => {
  requireTools();
  browser = await launch();
});
afterAll(() => browser?.close());

describe.each(["/", "/stats/"])("a share link below %s", (basePath) => {
  const closing: (() => unknown)[] = [];
  const timezone = quietTimezone();
  const key = basePath === "/" ? "root" : "path";
  let haru: Haru;
  let shop: Shop;
  let owner: Owner;
  let reader: Owner;
  let visitor: BrowserContext;
  let settings: Page;
  let shared: Tab;
  let hasFailed = false;

  beforeAll(async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    haru = await startHaru({ HARU_LISTEN: listen, HARU_BASE_URL: `http://${listen}${basePath}` });
    closing.push(() => haru.stop());
    shop = await Shop.start();
    closing.push(() => shop.close());
    owner = await Owner.arrive(browser, haru.base, timezone);
    reader = await Owner.arrive(browser, haru.base, timezone);
    visitor = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    visitor.setDefaultTimeout(PATIENCE);
    closing.push(() => Promise.all([owner.context.close(), reader.context.close(), visitor.close()]));
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
      const open = [owner, reader].flatMap((person) => person?.context.pages() ?? []);
      for (const [index, page] of open.entries()) {
        await page.screenshot({ path: picture(`failed-share-${key}-${index}`) }).catch(() => undefined);
      }
    });
  });

  /** Opens a page of the shop and answers when its pageview left. */
  const visit = async (path: string): Promise<number> => {
    const page = await visitor.newPage();
    const sent = page.waitForResponse((response) => response.url().includes("/api/collect"));
    await page.goto(`http://shop.test:${shop.port}${path}`);
    const response = await sent;
    expect(response.status()).toBe(200);
    const { startTime } = response.request().timing();
    await page.close();
    return startTime;
  };
  const heading = (page: Page, name: string) => page.getByRole("heading", { name });
  const panels = (page: Page): Promise<string[]> =>
    page.getByRole("main").getByRole("heading", { level: 2 }).allInnerTexts();
  /** What the browser keeps of the pages that were opened. */
  const kept = async ({ context }: Owner, page: Page): Promise<unknown> => [
    await context.cookies(),
    await page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }]),
  ];
  /** A page of another origin with the shared dashboard in a frame. */
  const frameIn = async (origin: string, path: string): Promise<Page> => {
    const page = await reader.context.newPage();
    await page.goto(`${origin}/delivery`);
    await page.evaluate((src) => {
      const frame = document.createElement("iframe");
      Object.assign(frame, { src, width: "900", height: "700" });
      document.body.append(frame);
    }, haru.base + path);
    return page;
  };

  it("is made in the settings of a site, where the dashboard's Share leads", async () => {
    const setup = await owner.open("");
    settings = setup.page;
    await owner.register(settings);
    await heading(settings, "Add a site").waitFor();
    shop.head = await owner.addSite(settings, "shop.test", timezone);
    await visit("/");
    await settings.getByRole("link", { name: "Open the dashboard" }).click();
    await untilTotal(settings, "pageviews", "1");

    await settings.getByRole("link", { name: "Share", exact: true }).click();
    await settings.getByText("Nothing is shared yet.").waitFor();
    await settings.getByRole("button", { name: "New share link" }).click();
    const dialog = settings.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill(LINK.name);
    await dialog.getByLabel("End of the address").fill(LINK.slug);
    await dialog.getByLabel("Ask for a password").check();
    await dialog.getByLabel("Password", { exact: true }).fill(LINK.password);
    const places = ["Countries", "Regions", "Cities", "Languages"];
    const devices = ["Browsers", "Systems", "Screen sizes", "Devices"];
    for (const panel of [...places, ...devices, "Events", "Referrers"]) {
      await dialog.getByRole("checkbox", { name: panel, exact: true }).uncheck();
    }
    await dialog.getByLabel("Only the last days").fill("7");
    await dialog.getByLabel("May be embedded").check();
    await dialog.getByLabel("Pages that may embed it").fill(`http://shop.test:${shop.port}`);
    await dialog.getByRole("button", { name: "Create link" }).click();
    await heading(settings, LINK.name).waitFor();
    await settings.getByRole("link", { name: shownAddress(`${haru.base}share/${LINK.slug}`) }).waitFor();
    await settings.getByText("0 views").waitFor();
  });

  it("asks a stranger for the password, and tells nothing before", async () => {
    shared = await reader.open(`share/${LINK.slug}`);
    const { page } = shared;
    await heading(page, "This dashboard has a password").waitFor();
    expect(await page.content()).not.toContain("shop.test");
    expect(await page.content()).not.toContain(LINK.name);
    await page.getByLabel("Password").fill("a wrong password");
    await page.getByRole("button", { name: "Open dashboard" }).click();
    await page.getByText("That is not the password.").waitFor();
    expect(shared.sockets).toEqual([]);
  });

  it("shows the numbers for the right password, and of the panels those that were ticked", async () => {
    const { page } = shared;
    await page.getByLabel("Password").fill(LINK.password);
    await page.getByRole("button", { name: "Open dashboard" }).click();
    await untilTotal(page, "pageviews", "1");
    await untilRow(page, "Pages", /^\/ /);
    expect(await panels(page)).toEqual(["Pages", "Sources"]);
    expect(await page.getByRole("region", { name: "Sources" }).getByRole("tab").allInnerTexts()).toEqual([
      "Sources",
      "Channels",
      "Campaigns",
    ]);
    await page.getByRole("button", { name: "Period: All that is shared" }).click();
    for (const name of ["Realtime", "Today", "Last 7 days", "All that is shared"])
      await page.getByRole("menuitemradio", { name, exact: true }).waitFor();
    expect(await page.getByRole("menuitemradio", { name: "Last 28 days" }).count()).toBe(0);
    await page.keyboard.press("Escape");
    for (const name of ["Settings", "Share"]) {
      expect(await page.getByRole("link", { name }).count(), name).toBe(0);
    }
  });

  it("sends no more than it shows", async () => {
    await untilLive(shared);
    const dashboards = shared.frames
      .map((frame) => JSON.parse(frame) as { payload?: { data?: { liveDashboard?: Shown } } })
      .flatMap(({ payload }) => payload?.data?.liveDashboard ?? []);
    expect(dashboards.length).toBeGreaterThan(0);
    for (const { panels } of dashboards) {
      expect(panels.pages).toBeTruthy();
      for (const hidden of ["countries", "browsers", "os", "devices", "events", "referrers"]) {
        expect(panels[hidden] ?? null, hidden).toBeNull();
      }
    }
  });

  it("keeps nothing in the reader's browser, and asks for no login", async () => {
    expect(await kept(reader, shared.page)).toEqual([[], [{}, {}]]);
    expect(reader.requested.filter((address) => address.includes("/auth/"))).toEqual([]);
  });

  it(`shows a hit within ${LIVE_WITHIN_MS} ms`, async () => {
    await watchPageviews(shared.page);
    const sent = await visit("/delivery");
    const ms = Math.round((await changedAt(shared.page, "2")) - sent);
    console.warn(`${basePath}: the hit was on the shared dashboard after ${ms} ms`);
    expect(ms).toBeLessThanOrEqual(LIVE_WITHIN_MS);
    await untilRow(shared.page, "Pages", /^\/delivery /);
    expect(shared.loads).toBe(1);
    await shared.page.screenshot({ path: picture(`share-${key}`), fullPage: true });
  });

  it("filters by a row, and stays where it is", async () => {
    await shared.page.getByRole("link", { name: /\/delivery/ }).click();
    await untilTotal(shared.page, "pageviews", "1");
    expect(new URL(shared.page.url()).pathname).toBe(`${basePath}share/${LINK.slug}`);
    await shared.page.goBack();
    await untilTotal(shared.page, "pageviews", "2");
  });

  let embedded: Page;
  it("may be embedded by the page that is allowed to", async () => {
    shop.head = "";
    embedded = await frameIn(`http://shop.test:${shop.port}`, `share/${LINK.slug}?embed=1&theme=dark`);
    const frame = embedded.frameLocator("iframe");
    await frame.getByLabel("Password").fill(LINK.password);
    await frame.getByRole("button", { name: "Open dashboard" }).click();
    await frame.getByTestId("total-pageviews").filter({ hasText: "2" }).waitFor();
    expect(await frame.getByRole("banner").count()).toBe(0);
    expect(await frame.locator("html").getAttribute("data-theme")).toBe("haru-dark");
  });

  it("is not shown in a page that is not allowed to, nor is the rest of the webapp in any", async () => {
    const foreign = await frameIn(`http://127.0.0.1:${shop.port}`, `share/${LINK.slug}?embed=1`);
    const login = await frameIn(`http://shop.test:${shop.port}`, "login");
    for (const page of [foreign, login]) {
      await expect
        .poll(() => page.frames()[1]?.url(), { timeout: PATIENCE, message: "the frame is refused" })
        .toMatch(/^chrome-error:/);
      await page.close();
    }
  });

  it("counts its views", async () => {
    await settings.reload();
    await settings.getByText("2 views").waitFor();
  });

  it(`closes within ${CLOSED_WITHIN_MS} ms when it is revoked, wherever it is open`, async () => {
    await untilLive(shared);
    await settings.getByRole("button", { name: `Revoke ${LINK.name}` }).click();
    const answered = settings.waitForResponse((response) => response.request().method() === "DELETE");
    await settings.getByRole("button", { name: "Revoke for good" }).click();
    expect((await answered).status()).toBe(204);
    const revoked = Date.now();
    await heading(shared.page, ENDED).waitFor();
    const ms = Date.now() - revoked;
    console.warn(`${basePath}: the dashboard was closed ${ms} ms after its link was revoked`);
    expect(ms).toBeLessThanOrEqual(CLOSED_WITHIN_MS);
    expect(await shared.page.getByTestId("total-pageviews").count()).toBe(0);
    expect(await shared.page.content()).not.toContain("shop.test");
    await embedded.frameLocator("iframe").getByRole("heading", { name: ENDED }).waitFor();
    await embedded.close();
    await settings.getByText("Nothing is shared yet.").waitFor();
  });

  it("is from then on what never was", async () => {
    const textAt = async (path: string): Promise<string | null> => {
      await shared.page.goto(haru.base + path);
      await heading(shared.page, MISSING).waitFor();
      return shared.page.getByRole("main").textContent();
    };
    expect(await textAt(`share/${LINK.slug}`)).toBe(await textAt("share/never-was"));
    expect(await textAt("share/shop.test")).toBe(await textAt("share/never-was"));
  });

  it("shows a public site to everybody, until it is public no more", async () => {
    const tick = settings.getByLabel("Everybody may see this dashboard");
    await tick.check();
    await settings.getByRole("link", { name: shownAddress(`${haru.base}share/shop.test`) }).waitFor();
    await shared.page.goto(`${haru.base}share/shop.test`);
    await untilTotal(shared.page, "pageviews", "2");
    expect(await panels(shared.page)).toEqual(["Pages", "Sources", "Locations", "Devices", "Events"]);

    await tick.uncheck();
    await heading(shared.page, ENDED).waitFor();
  });

  it("asked nothing of any other host, and nothing went wrong on its pages", () => {
    const shopPages = `:${shop.port}/`;
    expect(reader.strangers.filter((address) => !address.includes(shopPages))).toEqual([]);
    expect(owner.strangers).toEqual([]);
    // What is not shared is 404, and a browser calls that an error.
    expect(reader.errors.filter((error) => !/status of 404/.test(error))).toEqual([]);
    expect(owner.errors).toEqual([]);
    expect(haru.log()).not.toMatch(/ERROR|panicked/);
  });
});

interface Shown {
  panels: Record<string, unknown>;
}
