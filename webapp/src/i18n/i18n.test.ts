import { expect, test } from "vitest";
import { chooseLocale, t, tMaybe, tn, tParts } from ".";

test("fills placeholders", () => {
  expect(t("settings.title", { site: "lumen.blog" })).toBe("Settings of lumen.blog");
});

test("chooses plural forms and writes the count in the reader's digits", () => {
  expect(tn("drops.summary", 1)).toBe("1 hit was not counted");
  expect(tn("drops.summary", 1204)).toBe("1,204 hits were not counted");
});

test("gives pieces for elements between words", () => {
  expect(tParts("filter.op.is", { dimension: "Country", values: 7 })).toEqual(["Country", " is ", 7]);
});

test("words of the server may be unknown, and never reach the prototype", () => {
  expect(tMaybe("drops.bot")).toBe("Bots and crawlers");
  expect(tMaybe("drops.moon_phase")).toBeUndefined();
  expect(tMaybe("toString")).toBeUndefined();
});

test("keeps the reader's region when the language is ours", () => {
  expect(chooseLocale(["pt-BR", "en-GB", "en"])).toBe("en-GB");
  expect(chooseLocale(["de"])).toBe("en-US");
});
