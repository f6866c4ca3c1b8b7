/*
 * The webapp for somebody whose browser reads Portuguese: every kind of page comes in it by itself, and another language
 * that was chosen stays.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch, PATIENCE, requireTools } from "./harness";
import { type Instance, SHARES, startInstance } from "./instance";
import { Owner } from "./owner";

let browser: Browser;
let instance: Instance;
let owner: Owner;
let page: Page;

beforeAll(async () => {
  requireTools();
  browser = await launch();
  instance = await startInstance(1_000);
  owner = await Owner.arrive(browser, instance.base, "America/Sao_Paulo", { locale: "pt-BR" });
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await instance?.close();
});

const heading = (name: string | RegExp): Promise<void> =>
  page.getByRole("heading", { name }).first().waitFor();
const languageOf = (tab: Page): Promise<string> => tab.evaluate(() => document.documentElement.lang);
/** English that has no business on these pages. */
const english = /\b(Visitors|Settings|Pages|Sources|Devices|Loading|Search|Last \d+ days|Log in|Password)\b/;
const wordsOf = async (tab: Page): Promise<string> =>
  (await tab.getByRole("main").allInnerTexts()).join("\n");
const untilStill = async (tab: Page): Promise<void> => {
  await tab.getByTestId("total-visitors").waitFor();
  await tab.waitForFunction(() => !document.querySelector("main [aria-busy=true], main .breathing"));
};

it("greets and logs in in Portuguese", async () => {
  ({ page } = await owner.open("login"));
  await page.getByRole("button", { name: "Entrar" }).waitFor();
  expect(await languageOf(page)).toBe("pt-BR");
  await page.getByLabel("E-mail").fill(instance.demo.email);
  await page.getByLabel("Senha").fill(instance.demo.password);
  await page.getByRole("button", { name: "Entrar" }).click();
  await page.getByRole("button", { name: /^Conta de / }).waitFor();
});

it("shows a dashboard in Portuguese, numbers and days as they are written there", async () => {
  await page.goto(`${instance.base}sites/${instance.demo.domain}?period=28d`);
  await untilStill(page);
  for (const name of ["Páginas", "Origens", "Locais", "Dispositivos"]) await heading(name);
  await page.getByRole("button", { name: "Período: Últimos 28 dias" }).waitFor();
  await page.getByRole("button", { name: /^Visitantes/ }).waitFor();
  expect(await languageOf(page)).toBe("pt-BR");
  const words = await wordsOf(page);
  expect(words).toMatch(/ de [a-z]{3}/);
  expect(words).not.toMatch(english);
});

it("shows the settings of a site in Portuguese", async () => {
  await page.goto(`${instance.base}sites/${instance.demo.domain}/settings`);
  await heading(`Configurações de ${instance.demo.domain}`);
  await heading("Geral");
  expect(await wordsOf(page)).not.toMatch(/\b(Settings|General|Save|Delete|Change)\b/);
});

it("shows a shared dashboard in Portuguese, to whom nobody knows", async () => {
  const reader = await Owner.arrive(browser, instance.base, "America/Sao_Paulo", { locale: "pt-BR" });
  const { page: shared } = await reader.open(`share/${SHARES.open}`);
  await untilStill(shared);
  await shared.getByRole("heading", { name: "Páginas" }).waitFor();
  expect(await languageOf(shared)).toBe("pt-BR");
  expect(await wordsOf(shared)).not.toMatch(english);
  expect([...reader.errors, ...reader.strangers]).toEqual([]);
  await reader.context.close();
});

it("keeps a language that was chosen", async () => {
  await page.goto(`${instance.base}sites/${instance.demo.domain}`);
  await untilStill(page);
  await page.getByRole("button", { name: /^Conta de / }).click();
  await page.getByRole("menuitemradio", { name: "English" }).click();
  await page.getByRole("button", { name: /^Account of / }).waitFor();
  await page.reload();
  await untilStill(page);
  await heading("Pages");
  await expect.poll(() => languageOf(page), { timeout: PATIENCE }).toBe("en");
});

it("met no error, and asked nothing of any other host", () => {
  expect(owner.errors).toEqual([]);
  expect(owner.strangers).toEqual([]);
});
