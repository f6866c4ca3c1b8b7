/*
 * The person who looks at the dashboard: what they click, and what their pages did meanwhile that they should not have.
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { PATIENCE } from "./harness";

export const PERSON = { name: "Mika", email: "mika@shop.test", password: "a long enough password" };

/** The headline numbers by the end of their test ids. */
export type Total = "visitors" | "visits" | "pageviews" | "bounce-rate" | "visit-duration";

/** A tab, with what it received over its sockets. */
export interface Tab {
  page: Page;
  sockets: string[];
  frames: string[];
  loads: number;
}

export class Owner {
  /** Every address that the pages asked for, sockets included. */
  readonly requested: string[] = [];
  /** Errors of scripts, and what the console calls an error. */
  readonly errors: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly base: string,
  ) {}

  static async arrive(
    browser: Browser,
    base: string,
    timezoneId: string,
    options: BrowserContextOptions = {},
  ): Promise<Owner> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      colorScheme: "light",
      timezoneId,
      locale: "en-US",
      ...options,
    });
    context.setDefaultTimeout(PATIENCE);
    const owner = new Owner(context, base);
    context.on("request", (request) => owner.requested.push(request.url()));
    return owner;
  }

  /** Opens a tab; `prepare` sees it before it asks for anything. */
  async open(path: string, prepare?: (page: Page) => Promise<unknown>): Promise<Tab> {
    const page = await this.context.newPage();
    const tab: Tab = { page, sockets: [], frames: [], loads: 0 };
    page.on("load", () => {
      tab.loads += 1;
    });
    page.on("websocket", (socket) => {
      tab.sockets.push(socket.url());
      this.requested.push(socket.url());
      socket.on("framereceived", ({ payload }) => tab.frames.push(payload.toString()));
    });
    page.on("pageerror", (error) => this.errors.push(`${error}`));
    page.on("console", (message) => {
      // Nobody is logged in when the webapp first asks who is there: a browser calls that answer an error.
      if (message.type() === "error" && !/status of 401/.test(message.text()))
        this.errors.push(message.text());
    });
    await prepare?.(page);
    await page.goto(this.base + path);
    return tab;
  }

  /** What the pages asked of others than this server. */
  get strangers(): string[] {
    const { host, pathname } = new URL(this.base);
    return this.requested.filter((address) => {
      const url = new URL(address);
      if (url.protocol === "data:" || url.protocol === "blob:") return false;
      return url.host !== host || !url.pathname.startsWith(pathname);
    });
  }

  async register(page: Page): Promise<void> {
    await page.getByLabel("Your name").fill(PERSON.name);
    await page.getByLabel("Email").fill(PERSON.email);
    await page.getByLabel("Password").fill(PERSON.password);
    await page.getByRole("button", { name: "Create account" }).click();
  }

  async login(page: Page, email = PERSON.email, password = PERSON.password): Promise<void> {
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Log in" }).click();
  }

  async logout(page: Page): Promise<void> {
    await page.getByRole("button", { name: /^Account of / }).click();
    await page.getByRole("menuitem", { name: "Log out" }).click();
  }

  /** Adds a site and answers the snippet that the page then shows. */
  async addSite(page: Page, domain: string, timezone: string): Promise<string> {
    await page.getByLabel("Domain").fill(domain);
    await page.getByLabel("Name", { exact: true }).fill("The shop");
    await page.getByLabel("Timezone").selectOption(timezone);
    await page.getByRole("button", { name: "Add site" }).click();
    await page.getByRole("heading", { name: `Put the script on ${domain}` }).waitFor();
    return (await page.locator("pre code").first().textContent()) ?? "";
  }
}

/** As a page writes an address that can be copied. */
export const shownAddress = (address: string): string => address.replace(/^https?:\/\//, "");

export const total = async (page: Page, name: Total | "online"): Promise<string> =>
  (await page.getByTestId(name === "online" ? name : `total-${name}`).textContent()) ?? "";

export const untilTotal = (page: Page, name: Total | "online", value: string): Promise<void> =>
  expect.poll(() => total(page, name), { timeout: PATIENCE, message: name }).toBe(value);

/** Waits until the tab's subscription has brought its first dashboard: from then on it is live. */
export const untilLive = (tab: Tab): Promise<void> =>
  expect
    .poll(() => tab.frames.some((frame) => frame.includes('"liveDashboard"')), {
      timeout: PATIENCE,
      message: "a dashboard over the socket",
    })
    .toBe(true);

interface Change {
  at: number;
  text: string;
}
declare global {
  interface Window {
    changes?: Change[];
  }
}

/** Notes in the page when the number of pageviews changes, to the millisecond. */
export const watchPageviews = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const read = (): string => document.querySelector("[data-testid=total-pageviews]")?.textContent ?? "";
    const changes: Change[] = [{ at: Date.now(), text: read() }];
    window.changes = changes;
    new MutationObserver(() => {
      const text = read();
      if (text !== changes.at(-1)?.text) changes.push({ at: Date.now(), text });
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });

/** When the number of pageviews became `value`. */
export async function changedAt(page: Page, value: string): Promise<number> {
  await untilTotal(page, "pageviews", value);
  const changes = await page.evaluate(() => window.changes);
  const change = changes?.find(({ text }) => text === value);
  if (!change)
    throw new Error(`the page was loaded anew, or never showed ${value}: ${JSON.stringify(changes)}`);
  return change.at;
}

/** Rows of a panel as text. */
export const rowsOf = async (page: Page, panel: string): Promise<string[]> => {
  const rows = await page.getByRole("region", { name: panel }).getByRole("listitem").allInnerTexts();
  return rows.map((row) => row.replace(/\s+/g, " ").trim());
};

export const untilRow = (page: Page, panel: string, row: RegExp): Promise<void> =>
  expect
    .poll(() => rowsOf(page, panel), { timeout: PATIENCE, message: `rows of ${panel}` })
    .toContainEqual(expect.stringMatching(row));
