/*
 * An account with more than one person, on an instance that takes no new accounts: inviting a colleague by a link, what
 * a viewer sees, an API token from its making to its end, a second factor, and ending a login elsewhere.
 */
import { spawnSync } from "node:child_process";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from "vitest";
import { codeOf } from "./authenticator";
import {
  freePort,
  type Haru,
  launch,
  PATIENCE,
  picture,
  quietTimezone,
  requireTools,
  startHaru,
} from "./harness";
import { Owner, PERSON, type Tab, untilTotal } from "./owner";

/** A login that was ended elsewhere shows so this soon. */
const ENDED_WITHIN_MS = 5_000;

const COLLEAGUE = { name: "Kim", email: "kim@shop.test", password: "seven lamps under the bridge" };

let browser: Browser;
beforeAll(async () => {
  requireTools();
  browser = await launch();
});
afterAll(() => browser?.close());

describe.each(["/", "/stats/"])("an account of two below %s", (basePath) => {
  const closing: (() => unknown)[] = [];
  const timezone = quietTimezone();
  const key = basePath === "/" ? "root" : "path";
  let haru: Haru;
  let owner: Owner;
  let colleague: Owner;
  let page: Page;
  let theirs: Page;
  let link: string;
  let secret: string;
  let recoveryCodes: string[];
  let hasFailed = false;

  beforeAll(async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    haru = await startHaru({
      HARU_LISTEN: listen,
      HARU_BASE_URL: `http://${listen}${basePath}`,
      HARU_REGISTRATION: "closed",
      // All of them log in from one address.
      HARU_AUTH_RATE_LIMIT: "0",
    });
    closing.push(() => haru.stop());
    owner = await Owner.arrive(browser, haru.base, timezone);
    colleague = await Owner.arrive(browser, haru.base, timezone);
    closing.push(() => Promise.all([owner.context.close(), colleague.context.close()]));
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
      const open = [owner, colleague].flatMap((person) => person?.context.pages() ?? []);
      for (const [index, tab] of open.entries()) {
        await tab.screenshot({ path: picture(`failed-account-${key}-${index}`) }).catch(() => undefined);
      }
    });
  });

  /** What a shell makes of a command that ends with its answer's status on a line of its own. */
  const shell = (command: string): { status: number; body: string } => {
    const { stdout, stderr, error } = spawnSync("sh", ["-c", `${command} -sS -w '\\n%{http_code}'`], {
      encoding: "utf8",
      timeout: PATIENCE,
    });
    if (error) throw error;
    const at = stdout.lastIndexOf("\n");
    expect(at, stderr).toBeGreaterThanOrEqual(0);
    return { status: Number(stdout.slice(at + 1)), body: stdout.slice(0, at) };
  };
  const goTo = async (tab: Page, entry: string): Promise<void> => {
    await tab.getByRole("button", { name: /^Account of / }).click();
    await tab.getByRole("menuitem", { name: entry }).click();
  };
  const dialogOf = (tab: Page) => tab.getByRole("dialog");

  it("belongs to the first one, with a site", async () => {
    ({ page } = await owner.open(""));
    await owner.register(page);
    await owner.addSite(page, "shop.test", timezone);
  });

  it("invites a colleague by a link that is shown once", async () => {
    await goTo(page, "Account and members");
    await page.getByRole("tab", { name: "Members" }).click();
    await page.getByText(PERSON.email).waitFor();
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await dialogOf(page).getByRole("button", { name: "Make a link" }).click();
    link = (await dialogOf(page).locator("pre").textContent()) ?? "";
    expect(link.slice(0, link.indexOf("#") + 1)).toBe(`${haru.base}invite#`);
    expect(link).toMatch(/#[\w-]{43}$/);
    await dialogOf(page).getByRole("button", { name: "Done" }).click();
    await page.getByText("Whoever has the link").waitFor();
    await page.reload();
    await page.getByText("Whoever has the link").waitFor();
    expect(await page.content()).not.toContain(link.slice(link.indexOf("#")));
  });

  it("takes the colleague in while registration is closed", async () => {
    ({ page: theirs } = await colleague.open("register"));
    await theirs.getByRole("button", { name: "Create account" }).waitFor();
    await theirs.goto(link);
    await theirs.getByRole("heading", { name: `You are invited to ${PERSON.name}` }).waitFor();
    // The token is no longer in the address bar, and not lost with it.
    expect(new URL(theirs.url()).hash).toBe("");
    await theirs.reload();
    await theirs.getByLabel("Your name").fill(COLLEAGUE.name);
    await theirs.getByLabel("Email").fill(COLLEAGUE.email);
    await theirs.getByLabel("Password").fill(COLLEAGUE.password);
    await theirs.getByText("Strong.").waitFor();
    await theirs.getByRole("button", { name: "Create login and join" }).click();
    await untilTotal(theirs, "visitors", "0");
    expect(new URL(theirs.url()).pathname).toBe(`${basePath}sites/shop.test`);
  });

  it("takes nobody in with the same link again", async () => {
    const stranger = await Owner.arrive(browser, haru.base, timezone);
    const { page: tab } = await stranger.open("");
    await tab.goto(link);
    await tab.getByRole("heading", { name: "This invitation is no longer good" }).waitFor();
    await stranger.context.close();
  });

  it("shows the viewer the site and nothing to change", async () => {
    expect(await theirs.getByRole("link", { name: "Settings" }).count()).toBe(0);
    expect(await theirs.getByRole("link", { name: "Share" }).count()).toBe(0);
    await theirs.getByRole("button", { name: /choose another site/ }).click();
    await theirs.getByRole("menuitem", { name: /^shop.test/ }).waitFor();
    expect(await theirs.getByRole("menuitem", { name: "Add a site" }).count()).toBe(0);
    await theirs.keyboard.press("Escape");
    await theirs.screenshot({ path: picture(`viewer-${key}`) });
    await goTo(theirs, "Account and members");
    await theirs.getByRole("button", { name: "Leave account" }).waitFor();
    expect(await theirs.getByRole("tab").allTextContents()).toEqual(["General", "API tokens"]);
    expect(await theirs.getByRole("button", { name: "Save changes" }).count()).toBe(0);
  });

  it("shows the owner the new member, and that no invitation is open any more", async () => {
    await page.reload();
    const row = page.getByRole("listitem").filter({ hasText: COLLEAGUE.email });
    await row.getByText("Viewer").waitFor();
    await page.getByText("No invitation is open.").waitFor();
  });

  it("makes an API token whose example works in a shell, until it is revoked", async () => {
    await page.getByRole("tab", { name: "API tokens" }).click();
    await page.getByRole("button", { name: "New token" }).click();
    await dialogOf(page).getByRole("textbox", { name: "Name" }).fill("Weekly report");
    await dialogOf(page).getByRole("button", { name: "Make token" }).click();
    await page.getByRole("heading", { name: "Weekly report is ready" }).waitFor();
    const [token, example] = await dialogOf(page).locator("pre").allTextContents();
    expect(token).toMatch(/^haru_\S{43}$/);
    const answer = shell(example ?? "");
    expect(answer.status, answer.body).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ results: [{ metrics: [0, 0] }] });
    await dialogOf(page).getByRole("button", { name: "Done" }).click();

    await page.getByRole("button", { name: "Revoke Weekly report" }).click();
    await dialogOf(page).getByRole("button", { name: "Revoke" }).click();
    await page.getByText("There are no tokens yet.").waitFor();
    expect(shell(example ?? "").status).toBe(401);
  });

  it("tells the owner in the audit log who did what", async () => {
    await page.getByRole("tab", { name: "Audit log" }).click();
    const log = page.getByRole("region", { name: "Audit log" });
    for (const words of [
      "Revoked the API token",
      "Made the API token",
      "Joined the account",
      "Added the site",
    ])
      await log.getByText(words).first().waitFor();
    await page.screenshot({ path: picture(`audit-${key}`), fullPage: true });
  });

  it("sets up a second factor with an authenticator", async () => {
    await goTo(theirs, "Your login");
    await theirs.getByRole("button", { name: "Set up" }).click();
    await dialogOf(theirs).getByLabel("Your password").fill(COLLEAGUE.password);
    await dialogOf(theirs).getByRole("button", { name: "Next" }).click();
    await dialogOf(theirs)
      .getByRole("img", { name: /^QR code/ })
      .waitFor();
    secret = (await dialogOf(theirs).getByTestId("second-factor-secret").textContent()) ?? "";
    await dialogOf(theirs).getByLabel("Code of six digits").fill(codeOf(secret));
    await dialogOf(theirs).getByRole("button", { name: "Turn on" }).click();
    const list = dialogOf(theirs).getByRole("list", { name: "Recovery codes" });
    await list.waitFor();
    recoveryCodes = await list.getByRole("listitem").allTextContents();
    expect(new Set(recoveryCodes).size).toBe(10);
    await dialogOf(theirs).getByRole("button", { name: "I have saved them" }).click();
    await theirs.getByRole("button", { name: "Turn off" }).waitFor();
  });

  it("asks for its code at the next login, and takes a recovery code once", async () => {
    const login = async (): Promise<void> => {
      await colleague.logout(theirs);
      await theirs.getByRole("button", { name: "Log in" }).waitFor();
      await colleague.login(theirs, COLLEAGUE.email, COLLEAGUE.password);
      await theirs.getByText("This login has a second factor.").waitFor();
    };
    const give = async (code: string): Promise<void> => {
      await theirs.getByLabel("Code").fill(code);
      await theirs.getByRole("button", { name: "Log in" }).click();
    };
    const [recovery = ""] = recoveryCodes;
    await login();
    await give("no code");
    await theirs.getByText("That code is not right.").waitFor();
    // The code of the confirmation was used; the next one is taken ahead of its time.
    await give(codeOf(secret, 1));
    await theirs.getByRole("button", { name: "Turn off" }).or(theirs.getByTestId("total-visitors")).waitFor();
    await login();
    await give(recovery);
    await theirs.getByRole("button", { name: /^Account of / }).waitFor();
    await login();
    await give(recovery);
    await theirs.getByText("That code is not right.").waitFor();
    await give(recoveryCodes[1] ?? "");
    await theirs.getByRole("button", { name: /^Account of / }).waitFor();
  });

  it("makes new recovery codes for one of the old, and not for the password alone", async () => {
    await goTo(theirs, "Your login");
    await theirs.getByRole("button", { name: "New recovery codes" }).click();
    await dialogOf(theirs).getByLabel("Your password").fill(COLLEAGUE.password);
    const make = dialogOf(theirs).getByRole("button", { name: "Make new codes" });
    await make.click();
    await dialogOf(theirs).getByText("Fill in this field.").waitFor();
    await dialogOf(theirs)
      .getByLabel("Code")
      .fill(recoveryCodes[2] ?? "");
    await make.click();
    const list = dialogOf(theirs).getByRole("list", { name: "Recovery codes" });
    await list.waitFor();
    const fresh = await list.getByRole("listitem").allTextContents();
    expect(new Set([...fresh, ...recoveryCodes]).size).toBe(20);
    await dialogOf(theirs).getByRole("button", { name: "I have saved them" }).click();
  });

  it(`ends a login elsewhere, whose open dashboard closes within ${ENDED_WITHIN_MS} ms`, async () => {
    const elsewhere = await Owner.arrive(browser, haru.base, timezone);
    closing.push(() => elsewhere.context.close());
    const tab: Tab = await elsewhere.open("sites/shop.test");
    await elsewhere.login(tab.page);
    await untilTotal(tab.page, "visitors", "0");
    await expect.poll(() => tab.frames.length, { timeout: PATIENCE, message: "live" }).toBeGreaterThan(1);

    await goTo(page, "Your login");
    await page.getByText("this one").waitFor();
    await page.getByRole("button", { name: /^End the login: / }).click();
    const ended = Date.now();
    await tab.page.getByRole("button", { name: "Log in" }).waitFor();
    const ms = Date.now() - ended;
    console.warn(`${key}: the tab of the ended login closed after ${ms} ms`);
    expect(ms).toBeLessThanOrEqual(ENDED_WITHIN_MS);
    expect(elsewhere.strangers).toEqual([]);

    // Here one stays logged in, and the list has this login alone.
    await expect.poll(() => page.getByRole("button", { name: /^End the login: / }).count()).toBe(0);
    await page.reload();
    await page.getByText("this one").waitFor();
  });

  it("lets the member leave, who then has no account and no login", async () => {
    await goTo(theirs, "Account and members");
    await theirs.getByRole("button", { name: "Leave account" }).click();
    await dialogOf(theirs).getByRole("button", { name: "Leave" }).click();
    await theirs.getByRole("button", { name: "Log in" }).waitFor();
    await page.goto(`${haru.base}account?show=members`);
    await page.getByText(PERSON.email).waitFor();
    expect(await page.getByText(COLLEAGUE.email).count()).toBe(0);
  });

  it("asked nothing of any other host, and nothing went wrong on its pages", () => {
    expect([...owner.strangers, ...colleague.strangers]).toEqual([]);
    expect([...owner.errors, ...colleague.errors]).toEqual([]);
    expect(haru.log()).not.toMatch(/ERROR|panicked/);
  });
});
