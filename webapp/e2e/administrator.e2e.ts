/*
 * What the administrator of an instance does for others, and what these see of it: a new password without a mail
 * server, quotas, an account that is switched off. And one person in two accounts: invited by address, moving between
 * them, taking one over, deleting the other.
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
import { Owner, PERSON, untilLive, untilTotal } from "./owner";

/** Has an account of their own, and joins that of the administrator. */
const KIM = { name: "Kim", email: "kim@market.test", password: "seven lamps under the bridge" };
const NEW_PASSWORD = "eight boats beside the harbour";
/** Has an account of their own and nothing to do with the others. */
const LEE = { name: "Lee", email: "lee@fair.test", password: "nine doors along the corridor" };
const HITS = 9;

const timezone = quietTimezone();
let browser: Browser;
let haru: Haru;
let administrator: Owner;
let member: Owner;
let stranger: Owner;
let page: Page;
let theirs: Page;
let others: Page;
let link: string;
let hasFailed = false;

beforeAll(async () => {
  requireTools();
  browser = await launch();
  // All of them log in from one address.
  haru = await startHaru({ HARU_REGISTRATION: "open", HARU_AUTH_RATE_LIMIT: "0" });
  administrator = await Owner.arrive(browser, haru.base, timezone);
  member = await Owner.arrive(browser, haru.base, timezone);
  stranger = await Owner.arrive(browser, haru.base, timezone);
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
    const open = [administrator, member, stranger].flatMap((person) => person?.context.pages() ?? []);
    for (const [index, tab] of open.entries()) {
      await tab.screenshot({ path: picture(`failed-administrator-${index}`) }).catch(() => undefined);
    }
  });
});

const register = async (tab: Page, person: typeof KIM): Promise<void> => {
  await tab.getByLabel("Your name").fill(person.name);
  await tab.getByLabel("Email").fill(person.email);
  await tab.getByLabel("Password").fill(person.password);
  await tab.getByRole("button", { name: "Create account" }).click();
  await tab.getByRole("heading", { name: "Add a site" }).waitFor();
};
/** Sends pageviews as the script would. */
const hit = async (snippet: string, domain: string, count: number): Promise<void> => {
  const token = /data-token="([^"]+)"/.exec(snippet)?.[1] ?? "";
  for (let number = 0; number < count; number += 1) {
    const response = await fetch(`${haru.base}api/collect?t=${token}`, {
      method: "POST",
      headers: { "user-agent": AGENTS.desktop },
      body: JSON.stringify({ p: `https://${domain}/${number}`, r: "", n: "pageview", sw: 1440, sh: 900 }),
    });
    expect(response.headers.get("x-haru-dropped")).toBeNull();
  }
};
const post = (path: string, body: unknown, token?: string): Promise<Response> =>
  fetch(`${haru.base}api/v1/${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify(body),
  });
const dialogOf = (tab: Page) => tab.getByRole("dialog");
const menuOf = (tab: Page) => tab.getByRole("button", { name: /^Account of / });
const goTo = async (tab: Page, entry: string): Promise<void> => {
  await menuOf(tab).click();
  await tab.getByRole("menuitem", { name: entry }).click();
};
const switchTo = async (tab: Page, account: string): Promise<void> => {
  await menuOf(tab).click();
  await tab.getByRole("menuitemradio", { name: new RegExp(`^${account}`) }).click();
};
/** The sites that the header offers. */
const sitesOf = async (tab: Page): Promise<string[]> => {
  await tab.getByRole("button", { name: /choose/ }).click();
  await tab.getByRole("menuitem").first().waitFor();
  const names = await tab.getByRole("menuitem").allInnerTexts();
  await tab.keyboard.press("Escape");
  return names.map((name) => name.split("\n")[0]?.trim() ?? "").filter((name) => name.includes("."));
};
/** The row of an account on the administrator's page, by the address of its owner. */
const rowOf = (email: string) =>
  page.getByRole("region", { name: "Accounts" }).getByRole("listitem").filter({ hasText: email });
const act = async (email: string, action: string): Promise<void> => {
  await rowOf(email)
    .getByRole("button", { name: /^Actions for / })
    .click();
  await page.getByRole("menuitem", { name: action }).click();
};
const limitEvents = async (email: string, max: string): Promise<void> => {
  await act(email, "Quotas…");
  await dialogOf(page).getByLabel("Events a month").fill(max);
  await dialogOf(page).getByRole("button", { name: "Save" }).click();
  await dialogOf(page).waitFor({ state: "detached" });
};

it("begins with three people and an account for each", async () => {
  ({ page } = await administrator.open(""));
  await administrator.register(page);
  await administrator.addSite(page, "shop.test", timezone);
  ({ page: theirs } = await member.open("register"));
  await register(theirs, KIM);
  const snippet = await member.addSite(theirs, "market.test", timezone);
  await hit(snippet, "market.test", HITS);
  await theirs.goto(`${haru.base}sites/market.test`);
  await untilTotal(theirs, "pageviews", `${HITS}`);
  ({ page: others } = await stranger.open("register"));
  await register(others, LEE);
});

it("shows the administration to the administrator alone", async () => {
  await menuOf(theirs).click();
  await theirs.getByRole("menuitem", { name: "Your login" }).waitFor();
  expect(await theirs.getByRole("menuitem", { name: "Administration" }).count()).toBe(0);
  await theirs.keyboard.press("Escape");
  await theirs.goto(`${haru.base}admin`);
  await theirs.getByRole("heading", { name: "There is nothing here." }).waitFor();
  await theirs.goto(haru.base);
  await goTo(page, "Administration");
  for (const { email } of [PERSON, KIM, LEE]) await rowOf(email).waitFor();
  await page.screenshot({ path: picture("administration"), fullPage: true });
});

it("invites an address, and refuses the invitation to everybody else", async () => {
  await page.goto(`${haru.base}account?show=members`);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await dialogOf(page).getByLabel("Email").fill(KIM.email);
  await dialogOf(page).getByRole("radio", { name: "Admin" }).check();
  await dialogOf(page).getByRole("button", { name: "Invite", exact: true }).click();
  await dialogOf(page).getByText(`Send this link to ${KIM.email}`).waitFor();
  link = (await dialogOf(page).locator("pre").textContent()) ?? "";
  await dialogOf(page).getByRole("button", { name: "Done" }).click();

  await others.goto(link);
  await others
    .getByText(`The invitation is for ${KIM.email}, and you are logged in as ${LEE.email}.`)
    .waitFor();
  expect(await others.getByRole("button", { name: /^Join as / }).count()).toBe(0);
  // Nor does the server take it from who asks it directly.
  const token = link.slice(link.indexOf("#") + 1);
  const login = await post("auth/login", { email: LEE.email, password: LEE.password });
  const { access_token } = (await login.json()) as { access_token: string };
  expect((await post("auth/invitation/accept", { token }, access_token)).status).toBe(403);
  const registration = { token, email: "other@fair.test", password: LEE.password, name: "Other" };
  expect((await post("auth/invitation/register", registration)).status).toBe(403);
  await others.getByRole("link", { name: "Not now" }).click();
  await menuOf(others).waitFor();
});

it("takes in the one it is for, with the login they have", async () => {
  await theirs.goto(link);
  await theirs.getByRole("button", { name: `Join as ${KIM.email}` }).click();
  await untilTotal(theirs, "pageviews", "0");
  expect(new URL(theirs.url()).pathname).toBe("/sites/shop.test");
});

it("moves between the two accounts, and shows nothing of the one in the other", async () => {
  expect(await sitesOf(theirs)).toEqual(["shop.test"]);
  await switchTo(theirs, KIM.name);
  await untilTotal(theirs, "pageviews", `${HITS}`);
  expect(new URL(theirs.url()).pathname).toBe("/sites/market.test");
  expect(await theirs.content()).not.toContain("shop.test");
  expect(await sitesOf(theirs)).toEqual(["market.test"]);
  await theirs.reload();
  await untilTotal(theirs, "pageviews", `${HITS}`);
  await theirs.goto(`${haru.base}sites/shop.test`);
  await theirs.getByRole("heading", { name: "There is nothing here." }).waitFor();
  await switchTo(theirs, PERSON.name);
  await untilTotal(theirs, "pageviews", "0");
  expect(await theirs.content()).not.toContain("market.test");
  expect(await sitesOf(theirs)).toEqual(["shop.test"]);
  await switchTo(theirs, KIM.name);
  await untilTotal(theirs, "pageviews", `${HITS}`);
});

it("gets a new password over the administrator where there is no mail", async () => {
  await member.logout(theirs);
  await theirs.getByRole("link", { name: "Forgot your password?" }).click();
  await theirs.getByLabel("Email").fill(KIM.email);
  await theirs.getByRole("button", { name: "Ask for a link" }).click();
  await theirs.getByRole("status").filter({ hasText: KIM.email }).waitFor();
  // Who has no login gets the same words, and no request comes of it.
  await others.goto(`${haru.base}forgot`);
  await others.getByLabel("Email").fill("nobody@fair.test");
  await others.getByRole("button", { name: "Ask for a link" }).click();
  await others.getByRole("status").filter({ hasText: "nobody@fair.test" }).waitFor();

  await goTo(page, "Administration");
  await page.getByRole("button", { name: `Make a link for ${KIM.email}` }).click();
  const reset = (await dialogOf(page).locator("pre").textContent()) ?? "";
  expect(reset.slice(0, reset.indexOf("#") + 1)).toBe(`${haru.base}reset#`);
  await dialogOf(page).getByRole("button", { name: "Done" }).click();
  expect(await page.getByRole("button", { name: /^Make a link for / }).count()).toBe(1);

  await theirs.goto(reset);
  await theirs.getByLabel("New password").fill(NEW_PASSWORD);
  await theirs.getByRole("button", { name: "Set password" }).click();
  await theirs.getByRole("heading", { name: "The password is set" }).waitFor();
  expect(new URL(theirs.url()).hash).toBe("");
  await theirs.getByRole("link", { name: "Log in" }).click();
  await member.login(theirs, KIM.email, KIM.password);
  await theirs.getByText("Email or password is wrong.").waitFor();
  await member.login(theirs, KIM.email, NEW_PASSWORD);
  await menuOf(theirs).waitFor();

  await others.goto(reset);
  await others.getByLabel("New password").fill(LEE.password);
  await others.getByRole("button", { name: "Set password" }).click();
  await others.getByRole("heading", { name: "This link is no longer good" }).waitFor();
  await page.reload();
  await page.getByText("Nobody waits for a link.").waitFor();
});

it("tells an account that its events come near their quota, and that they are over it", async () => {
  await switchTo(theirs, KIM.name);
  await untilTotal(theirs, "pageviews", `${HITS}`);
  await limitEvents(KIM.email, `${HITS + 1}`);
  await rowOf(KIM.email).getByText("near its quota").waitFor();
  await rowOf(KIM.email)
    .getByText(`${HITS} / ${HITS + 1}`)
    .waitFor();
  await theirs.reload();
  await theirs.getByText("80 % or more of this month's events are used up.").waitFor();
  await limitEvents(KIM.email, `${HITS - 1}`);
  await rowOf(KIM.email).getByText("over its quota").waitFor();
  await theirs.reload();
  await theirs.getByText("This account is over its events of the month.").waitFor();
  await theirs.screenshot({ path: picture("quota") });
  await goTo(theirs, "Account and members");
  await theirs.getByRole("status").filter({ hasText: "over its events" }).waitFor();
  await limitEvents(KIM.email, "");
  await theirs.goto(`${haru.base}sites/market.test`);
  await untilTotal(theirs, "pageviews", `${HITS}`);
  expect(await theirs.getByText("This account is over its events").count()).toBe(0);
});

it("lets no account have more sites than its quota", async () => {
  await act(KIM.email, "Quotas…");
  await dialogOf(page).getByLabel("Sites").fill("1");
  await dialogOf(page).getByRole("button", { name: "Save" }).click();
  await rowOf(KIM.email).getByText("1 / 1").waitFor();
  await rowOf(KIM.email).getByText("near its quota of sites").waitFor();
  await theirs.goto(`${haru.base}sites/new`);
  await theirs.getByLabel("Domain").fill("second.test");
  await theirs.getByRole("button", { name: "Add site" }).click();
  await theirs.getByText(/as many sites as its quota allows/).waitFor();
  await goTo(theirs, "Account and members");
  await theirs.getByRole("status").filter({ hasText: "80 % or more of the sites" }).waitFor();
});

it("switches an account off: its members are told, and can only move to another one", async () => {
  const tab = await member.open("sites/market.test");
  await untilLive(tab);
  await act(KIM.email, "Disable");
  await dialogOf(page).getByRole("button", { name: "Disable" }).click();
  await rowOf(KIM.email).getByText("disabled", { exact: true }).waitFor();
  // What was open does not go on.
  await tab.page
    .getByText(/account is disabled|has disabled this account/)
    .first()
    .waitFor();
  await tab.page.close();

  await theirs.goto(`${haru.base}sites/market.test`);
  await theirs.getByText("The administrator of this instance has disabled this account.").waitFor();
  expect(await theirs.getByTestId("total-pageviews").count()).toBe(0);
  await theirs.screenshot({ path: picture("disabled") });
  await switchTo(theirs, PERSON.name);
  await untilTotal(theirs, "pageviews", "0");

  await act(KIM.email, "Enable");
  await dialogOf(page).getByRole("button", { name: "Enable" }).click();
  await rowOf(KIM.email).getByText("disabled", { exact: true }).waitFor({ state: "detached" });
  await switchTo(theirs, KIM.name);
  await untilTotal(theirs, "pageviews", `${HITS}`);
});

it("hands the account over, for the password", async () => {
  await page.goto(`${haru.base}account?show=members`);
  await page.getByRole("button", { name: `Actions for ${KIM.name}` }).click();
  await page.getByRole("menuitem", { name: "Make owner…" }).click();
  await dialogOf(page).getByLabel("Your password").fill("not the password");
  await dialogOf(page).getByRole("button", { name: "Hand over" }).click();
  await dialogOf(page).locator("[aria-invalid=true]").waitFor();
  await dialogOf(page).getByLabel("Your password").fill(PERSON.password);
  await dialogOf(page).getByRole("button", { name: "Hand over" }).click();
  const row = (email: string) => page.getByRole("listitem").filter({ hasText: email });
  await row(KIM.email).getByText("Owner", { exact: true }).waitFor();
  await row(PERSON.email).getByText("Admin", { exact: true }).waitFor();
  await expect
    .poll(() => page.getByRole("tab", { name: "Audit log" }).count(), { timeout: PATIENCE })
    .toBe(0);

  await switchTo(theirs, PERSON.name);
  await untilTotal(theirs, "pageviews", "0");
  await theirs.goto(`${haru.base}account?show=audit`);
  await theirs.getByText("Handed the account over to").waitFor();
});

it("deletes an account for its owner's password, who logs in again to the other one", async () => {
  await switchTo(theirs, KIM.name);
  await untilTotal(theirs, "pageviews", `${HITS}`);
  await goTo(theirs, "Account and members");
  await theirs.getByRole("button", { name: "Delete account" }).click();
  await dialogOf(theirs).getByText("1 site and all that was counted for it will be gone.").waitFor();
  await dialogOf(theirs).getByLabel("Your password").fill(KIM.password);
  await dialogOf(theirs).getByRole("button", { name: "Delete for good" }).click();
  await dialogOf(theirs).locator("[aria-invalid=true]").waitFor();
  await dialogOf(theirs).getByLabel("Your password").fill(NEW_PASSWORD);
  await dialogOf(theirs).getByRole("button", { name: "Delete for good" }).click();
  await theirs.getByRole("button", { name: "Log in" }).waitFor();
  await member.login(theirs, KIM.email, NEW_PASSWORD);
  await untilTotal(theirs, "pageviews", "0");
  expect(new URL(theirs.url()).pathname).toBe("/sites/shop.test");
  expect(await sitesOf(theirs)).toEqual(["shop.test"]);
  await menuOf(theirs).click();
  await theirs.getByRole("menuitem", { name: "Your login" }).waitFor();
  expect(await theirs.getByRole("menuitemradio", { name: new RegExp(`^${KIM.name}`) }).count()).toBe(0);
  await theirs.keyboard.press("Escape");
});

it("leaves no login to who deletes their only account", async () => {
  await others.goto(`${haru.base}account`);
  await others.getByRole("button", { name: "Delete account" }).click();
  await dialogOf(others).getByLabel("Your password").fill(LEE.password);
  await dialogOf(others).getByRole("button", { name: "Delete for good" }).click();
  await others.getByRole("button", { name: "Log in" }).waitFor();
  await stranger.login(others, LEE.email, LEE.password);
  await others.getByText("Email or password is wrong.").waitFor();
  await goTo(page, "Administration");
  await rowOf(KIM.email).waitFor();
  expect(await rowOf(LEE.email).count()).toBe(0);
});

it("asked nothing of any other host, and nothing went wrong on its pages", () => {
  const all = [administrator, member, stranger];
  expect(all.flatMap(({ strangers }) => strangers)).toEqual([]);
  // A browser calls refused requests errors: those of these steps are meant.
  const refused = /status of (403|404|422)/;
  expect(all.flatMap(({ errors }) => errors).filter((error) => !refused.test(error))).toEqual([]);
  expect(haru.log()).not.toMatch(/ERROR|panicked/);
});
