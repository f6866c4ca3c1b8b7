/*
 * Every page of the webapp and every state of one that looks different, in one table: a new one is one line. Pictures are
 * taken of all of them (screenshots.tool.ts), and pages.e2e.ts tries them all. Names say where they belong, the order of
 * the table is that of the pictures.
 */
import type { Locator, Page } from "playwright-core";
import { dayBefore, EMPTY_SITE, type Instance, type Role, SHARES, VIEWER } from "./instance";

export interface Shown {
  name: string;
  as: Role;
  path: string | ((instance: Instance) => string);
  /** What is there when the page shows what it is about. */
  ready: (page: Page) => Locator;
  /** Before the page asks for anything. */
  prepare?: (page: Page) => Promise<unknown>;
  /** Clicks up to the state that is meant; waits for it. */
  act?: (page: Page, instance: Instance) => Promise<unknown>;
  /** Only what fits on the screen: dialogs and menus lie over the page. */
  fold?: true;
  /** What it waits for never comes, so that the shape of it stays. */
  loads?: true;
  /** What the console may call an error here. */
  errors?: RegExp;
}

type More = Partial<Shown>;
type Ready = Shown["ready"];
const page =
  (as: Role) =>
  (name: string, path: Shown["path"], ready: Ready, more: More = {}): Shown => ({
    name,
    as,
    path,
    ready,
    ...more,
  });
const owner = page("owner");
const viewer = page("viewer");
const nobody = page("nobody");

const heading =
  (name: string | RegExp): Ready =>
  (tab) =>
    tab.getByRole("heading", { name }).first();
const text =
  (words: string | RegExp): Ready =>
  (tab) =>
    tab.getByText(words).first();
const button =
  (name: string | RegExp): Ready =>
  (tab) =>
    tab.getByRole("button", { name }).first();
const board: Ready = (tab) => tab.getByTestId("total-visitors");
const dialogOf: Ready = (tab) => tab.getByRole("dialog");

/** Clicks the button of that name and waits for its dialog. */
const dialog = (name: string | RegExp): More => ({
  fold: true,
  act: async (tab) => {
    await button(name)(tab).click();
    await dialogOf(tab).waitFor();
  },
});
/** Opens the menu of the button of that name. */
const menu = (name: string | RegExp): More => ({
  fold: true,
  act: async (tab) => {
    await button(name)(tab).click();
    await tab.getByRole("menu").waitFor();
  },
});
/** A dialog behind an entry of a menu. */
const dialogIn = (name: RegExp, entry: string | RegExp): More => ({
  fold: true,
  act: async (tab) => {
    await button(name)(tab).click();
    await tab.getByRole("menuitem", { name: entry }).click();
    await dialogOf(tab).waitFor();
  },
});
/** Fills fields by their labels and sends the form with the button. */
const sends = (fields: Record<string, string>, submit: string, then: Ready): More => ({
  act: async (tab) => {
    for (const [label, value] of Object.entries(fields))
      await tab.getByLabel(label, { exact: true }).fill(value);
    await tab.getByRole("button", { name: submit, exact: true }).click();
    await then(tab).waitFor();
  },
});
const chooses = (tab: string, panel: string): More => ({
  act: (shown) =>
    shown.getByRole("region", { name: panel }).getByRole("tab", { name: tab, exact: true }).click(),
});
/** A browser of somebody who reads Portuguese. */
const inPortuguese: More = {
  prepare: (tab) =>
    tab.addInitScript(() => Object.defineProperty(navigator, "languages", { get: () => ["pt-BR", "en"] })),
};
const answers = (path: RegExp, status: number, body: unknown): More => ({
  prepare: (tab) => tab.route(path, (route) => route.fulfill({ status, json: body })),
});
const PLATFORMS = { wordpress: "WordPress", next: "Next.js", vue: "Vue and Nuxt", gtm: "Google Tag Manager" };
const never = (path: RegExp): More => ({
  loads: true,
  prepare: (tab) => tab.route(path, () => undefined),
});

const SITE = "sites/lumen.blog";
const SETTINGS = `${SITE}/settings`;
const settings = heading("Settings of lumen.blog");
const DASHBOARD = /\/v1\/sites\/[^/]+\/dashboard$/;
const FILTERED = `${SITE}?f=is,country,DE,FR&f=contains,page,/&f=is_not,browser,Opera`;

const SEGMENTED = `${SITE}?f=is,country,DE&f=contains-i,page,/`;

export const PAGES: readonly Shown[] = [
  // The dashboard.
  owner("dashboard", SITE, board),
  owner("dashboard-today", `${SITE}?period=day`, board),
  owner("dashboard-year", `${SITE}?period=12mo&compare=none&interval=month&metric=visit_duration`, board),
  owner("dashboard-filtered", FILTERED, board),
  owner("dashboard-nothing-matches", `${SITE}?f=is,page,/nowhere`, board),
  owner("dashboard-empty", `sites/${EMPTY_SITE}`, board),
  owner("dashboard-campaigns", SITE, board, chooses("Campaigns", "Sources")),
  owner("dashboard-tooltip", SITE, board, {
    act: async (tab) => {
      const chart = tab.getByRole("img", { name: /^Visitors by day/ });
      await chart.focus();
      await chart.press("Home");
      for (let day = 0; day < 9; day += 1) await chart.press("ArrowRight");
      await tab.locator("figure").getByRole("status").waitFor();
    },
  }),
  owner("dashboard-drops", SITE, board, {
    act: async (tab) => {
      await tab.getByText(/hits? (was|were) not counted/).click();
      await tab.getByText("Bots and crawlers").waitFor();
    },
  }),
  owner("dashboard-menu-period", SITE, board, menu(/^Period: /)),
  owner("dashboard-menu-comparison", SITE, board, menu(/^Comparison: /)),
  owner("dashboard-menu-sites", SITE, board, menu(/choose another site/)),
  owner("dashboard-menu-account", SITE, board, menu(/^Account of /)),
  owner("dashboard-dialog-range", SITE, board, dialogIn(/^Period: /, /^Custom range/)),
  owner("dashboard-dialog-rows", SITE, board, dialog("See all: Page")),
  owner("dashboard-loading", SITE, text(/^lumen\.blog$/), never(DASHBOARD)),
  owner("dashboard-error", SITE, heading("That did not work"), {
    ...answers(DASHBOARD, 500, { title: "Internal Server Error", status: 500, request_id: "0a1b2c3d4e5f" }),
    errors: /status of 500/,
  }),
  owner("dashboard-missing", "sites/never.was", heading("There is nothing here."), {
    errors: /status of 404/,
  }),
  owner("server-away", SITE, heading("That did not work"), {
    prepare: (tab) => tab.route(/\/v1\/auth\/refresh$/, (route) => route.abort()),
    errors: /net::ERR_FAILED/,
  }),
  owner("dashboard-range", `${SITE}?from=${dayBefore(20)}&to=${dayBefore(9)}`, board),
  owner("dashboard-chart-table", `${SITE}?chart=table`, board),
  owner("dashboard-map", SITE, board, chooses("Map", "Locations")),
  owner("dashboard-regions", SITE, board, chooses("Regions", "Locations")),
  owner("dashboard-cities", SITE, board, chooses("Cities", "Locations")),
  owner("dashboard-languages", SITE, board, chooses("Languages", "Locations")),
  owner("dashboard-sizes", SITE, board, chooses("Sizes", "Devices")),
  owner("dashboard-versions", `${SITE}?versions=Chrome`, text("Versions of Chrome")),
  owner("dashboard-table", `${SITE}?all=pages`, dialogOf, { fold: true }),
  owner("dashboard-table-nothing", `${SITE}?all=countries`, dialogOf, {
    fold: true,
    act: async (tab) => {
      await tab.getByRole("searchbox", { name: "Search: Country" }).fill("nowhere");
      await tab.getByText("Nothing here matches “nowhere”.").waitFor();
    },
  }),
  owner("dashboard-menu-annotations", SITE, board, menu("Annotations of the chart")),
  owner("dashboard-dialog-annotation", SITE, board, dialogIn(/^Annotations of/, /^Add an annotation/)),
  owner("dashboard-dialog-annotation-edit", SITE, board, dialogIn(/^Annotations of/, /Version 2 is out/)),
  owner("dashboard-menu-filters", SITE, board, menu("Add a filter")),
  owner("dashboard-dialog-filter", SITE, board, dialogIn(/^Add a filter$/, /^Country$/)),
  owner("dashboard-dialog-filter-property", SITE, board, dialogIn(/^Add a filter$/, /^Property$/)),
  owner("dashboard-dialog-filter-edit", FILTERED, board, dialog("Edit filter: Page contains /")),
  owner("dashboard-dialog-filter-wrong", SITE, board, {
    fold: true,
    act: async (tab) => {
      await button("Add a filter")(tab).click();
      await tab.getByRole("menuitem", { name: /^Page$/ }).click();
      await tab.getByRole("button", { name: "Apply filter" }).click();
      await tab.getByText("Choose or type at least one value.").waitFor();
    },
  }),
  owner("dashboard-segment", SEGMENTED, button(/^Segment Readers in Germany/), {
    act: (tab) => button(/^Segment Readers in Germany/)(tab).click(),
  }),
  owner("dashboard-menu-segments", SITE, board, menu("Saved segments")),
  owner("dashboard-dialog-segment-save", FILTERED, board, dialog("Save as segment")),
  owner("dashboard-dialog-segments", FILTERED, board, dialogIn(/^Saved segments$/, /^Manage segments/)),
  owner("dashboard-dialog-keys", SITE, board, {
    fold: true,
    act: async (tab) => {
      await tab.keyboard.press("?");
      await tab.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    },
  }),
  owner("dashboard-paused", SITE, board, {
    act: async (tab) => {
      await button("Pause live updates")(tab).click();
      await button("Resume live updates")(tab).waitFor();
    },
  }),
  owner("dashboard-portuguese", SITE, board, inPortuguese),
  owner("realtime", `${SITE}?period=realtime`, (tab) => tab.getByTestId("realtime-online")),
  owner("realtime-quiet", `sites/${EMPTY_SITE}?period=realtime`, (tab) => tab.getByTestId("realtime-online")),
  viewer("dashboard-viewer", SITE, board),

  // Sites.
  owner("sites", "", text("Fern Supply")),
  owner("sites-found-none", "", text("Fern Supply"), {
    act: async (tab) => {
      await tab.getByRole("searchbox", { name: "Search sites" }).fill("nowhere");
      await tab.getByText("No site matches “nowhere”.").waitFor();
    },
  }),
  owner("sites-error", "sites/new", heading("That did not work"), {
    ...answers(/\/v1\/sites(\?.*)?$/, 500, { title: "Internal Server Error", status: 500 }),
    errors: /status of 500/,
  }),
  owner("sites-new", "sites/new", heading("Add a site")),
  owner("sites-new-wrong", "sites/new", heading("Add a site"), {
    ...sends({ Domain: "no domain" }, "Add site", text("Something is missing after nodomain")),
  }),
  owner("setup-waiting", `sites/${EMPTY_SITE}/setup`, heading(`Put the script on ${EMPTY_SITE}`)),
  ...Object.entries(PLATFORMS).map(([platform, name]) =>
    owner(`setup-${platform}`, `sites/${EMPTY_SITE}/setup?with=${platform}`, (tab) =>
      tab.getByRole("tab", { name, selected: true }),
    ),
  ),
  owner("setup-check", `sites/${EMPTY_SITE}/setup#check`, text(/carry a wrong token/)),
  owner("setup-check-receiving", `${SITE}/setup#check`, text("Pageviews arrive")),
  owner("setup-missing", "sites/never.was/setup", heading("There is nothing here."), {
    errors: /status of 404/,
  }),
  owner("setup-receiving", `${SITE}/setup`, text(/^Receiving pageviews from/)),

  // Settings of a site.
  owner("settings", SETTINGS, settings),
  owner("settings-public", "sites/driftwood.cafe/settings", text("share/driftwood.cafe")),
  owner("settings-dialog-link", SETTINGS, settings, dialog("New share link")),
  owner("settings-dialog-link-edit", SETTINGS, settings, dialog("Edit Weekly report")),
  owner("settings-dialog-embed", SETTINGS, settings, dialog("Embed Everybody")),
  owner("settings-dialog-revoke", SETTINGS, settings, dialog("Revoke For the press")),
  owner("settings-dialog-address", SETTINGS, settings, dialog("Exclude an address")),
  owner("settings-dialog-token", SETTINGS, settings, dialog("Change token")),
  owner("settings-dialog-reset", SETTINGS, settings, dialog("Reset site")),
  owner("settings-dialog-delete", SETTINGS, settings, dialog("Delete site")),
  owner("settings-missing", "sites/never.was/settings", heading("There is nothing here."), {
    errors: /status of 404/,
  }),
  viewer("settings-viewer", SETTINGS, settings),

  // The account.
  owner("account", "account", button("Delete account")),
  owner("account-members", "account?show=members", text(VIEWER.email)),
  owner("account-tokens", "account?show=tokens", text("Weekly report")),
  owner("account-audit", "account?show=audit", text("Added the site")),
  owner("account-dialog-delete", "account", button("Delete account"), dialog("Delete account")),
  owner("account-dialog-invite", "account?show=members", text(VIEWER.email), dialog(/^Invite$/)),
  owner(
    "account-dialog-role",
    "account?show=members",
    text(VIEWER.email),
    dialogIn(/^Actions for Kim/, /^Role/),
  ),
  owner(
    "account-dialog-owner",
    "account?show=members",
    text(VIEWER.email),
    dialogIn(/^Actions for Kim/, /^Make/),
  ),
  owner(
    "account-dialog-remove",
    "account?show=members",
    text(VIEWER.email),
    dialogIn(/^Actions for Kim/, "Remove"),
  ),
  owner("account-dialog-token", "account?show=tokens", text("Weekly report"), dialog("New token")),
  viewer("account-viewer", "account", button("Leave account")),

  // One's login, and the instance.
  owner("me", "me", heading("Where you are logged in")),
  owner("me-dialog-factor", "me", button("Set up"), {
    fold: true,
    act: async (tab, { demo }) => {
      await button("Set up")(tab).click();
      await tab.getByRole("dialog").getByLabel("Your password").fill(demo.password);
      await tab.getByRole("dialog").getByRole("button", { name: "Next" }).click();
      await tab.getByRole("img", { name: /^QR code/ }).waitFor();
    },
  }),
  viewer("me-factor-on", "me", button("Turn off")),
  owner("admin", "admin", button(/^Make a link for/)),
  owner("admin-dialog-quotas", "admin", button(/^Make a link for/), dialogIn(/^Actions for Lee/, /^Quotas/)),
  owner("admin-dialog-disable", "admin", button(/^Make a link for/), dialogIn(/^Actions for Lee/, "Disable")),
  owner("not-found", "nowhere", heading("There is nothing here.")),

  // Before one is logged in.
  nobody("login", "login", button("Log in")),
  nobody("login-wrong", "login", button("Log in"), {
    ...sends(
      { Email: VIEWER.email, Password: "not the password" },
      "Log in",
      text("Email or password is wrong."),
    ),
    errors: /status of 40[13]/,
  }),
  nobody("login-code", "login", button("Log in"), {
    ...sends(
      { Email: VIEWER.email, Password: VIEWER.password },
      "Log in",
      text("This login has a second factor."),
    ),
    errors: /status of 40[13]/,
  }),
  nobody("login-portuguese", "login", button("Entrar"), inPortuguese),
  nobody("register", "register", button("Create account")),
  nobody("register-first", "register", heading("Welcome to Haru"), {
    ...answers(/\/v1\/instance$/, 200, {
      version: "0",
      registration: "closed",
      setup_required: true,
      mail: false,
    }),
  }),
  nobody("forgot", "forgot", button("Ask for a link")),
  nobody("forgot-done", "forgot", button("Ask for a link"), {
    ...sends({ Email: "nobody@fair.test" }, "Ask for a link", (tab) => tab.getByRole("status")),
  }),
  nobody("reset", ({ tokens }) => `reset#${tokens.reset}`, button("Set password")),
  nobody("reset-bad", "reset", heading("This link is no longer good")),
  nobody("invite", ({ tokens }) => `invite#${tokens.invitation}`, heading(/^You are invited to/)),
  nobody("invite-login", ({ tokens }) => `invite#${tokens.invitation}`, heading(/^You are invited to/), {
    act: (tab) => tab.getByRole("tab", { name: "I have a login" }).click(),
  }),
  nobody("invite-bad", "invite#nothing", heading("This invitation is no longer good"), {
    errors: /status of 404/,
  }),
  owner(
    "invite-other",
    ({ tokens }) => `invite#${tokens.invitationByAddress}`,
    text(/^The invitation is for/),
  ),

  // What is shared.
  nobody("share", `share/${SHARES.open}`, board),
  nobody("share-realtime", `share/${SHARES.open}?period=realtime`, (tab) =>
    tab.getByTestId("realtime-online"),
  ),
  nobody("share-portuguese", `share/${SHARES.open}?lang=pt-BR`, board),
  nobody("share-some", `share/${SHARES.some}`, board),
  nobody("share-public", "share/driftwood.cafe", board),
  nobody("share-embedded", `share/${SHARES.open}?embed=1`, board),
  nobody("share-locked", `share/${SHARES.locked.slug}`, button("Open dashboard")),
  nobody("share-wrong-password", `share/${SHARES.locked.slug}`, button("Open dashboard"), {
    ...sends({ Password: "a wrong password" }, "Open dashboard", text("That is not the password.")),
    errors: /status of 401/,
  }),
  nobody("share-error", `share/${SHARES.open}`, heading("That did not work"), {
    ...answers(/\/v1\/share\//, 500, { title: "Internal Server Error", status: 500 }),
    errors: /status of 500/,
  }),
  nobody("share-missing", "share/never-was", heading("There is no dashboard here"), {
    errors: /status of 404/,
  }),
];

/** Opens one of them as it is meant to be seen, and waits until it stands still. */
export async function show(tab: Page, shown: Shown, instance: Instance): Promise<void> {
  await shown.ready(tab).waitFor();
  if (!shown.loads) await settle(tab);
  await shown.act?.(tab, instance);
  if (!shown.loads) await settle(tab);
}

export const pathOf = ({ path }: Shown, instance: Instance): string =>
  typeof path === "string" ? path : path(instance);

/** Until nothing is on its way any more, and no shape of what is to come is left. */
async function settle(tab: Page): Promise<void> {
  await tab.waitForFunction(() => !document.querySelector(".breathing, [aria-busy=true]"));
  await still(tab);
}

/** Until the typeface is there and what was going to move has moved. */
export const still = (tab: Page): Promise<void> =>
  tab.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const ending = document
      .getAnimations()
      .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
