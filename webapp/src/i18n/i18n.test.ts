import { expect, test } from "vitest";
import { type Key, LANGUAGES, loadLanguage, pluralForm, t, tMaybe, tn, tParts } from ".";
import { en } from "./en";
import { choose, languageName } from "./languages";
import { partOf } from "./parts";

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

const KNOWN = ["en", "pt-BR"];

test("takes the first language of the reader that there is, and keeps the region", () => {
  expect(choose([null], ["fr", "en-GB", "pt-BR"], KNOWN)).toEqual({ language: "en", locale: "en-GB" });
  expect(choose([null], ["pt-PT", "en"], KNOWN)).toEqual({ language: "pt-BR", locale: "pt-PT" });
  expect(choose([null], ["de"], KNOWN)).toEqual({ language: "en", locale: "en-US" });
  expect(choose([null], [], KNOWN)).toEqual({ language: "en", locale: "en-US" });
});

test("a choice wins, the address first; a word that is no language is passed over", () => {
  expect(choose(["pt-BR", "en"], ["en-GB"], KNOWN)).toEqual({ language: "pt-BR", locale: "pt-BR" });
  expect(choose(["pt", null], ["en"], KNOWN).language).toBe("pt-BR");
  expect(choose(["klingon", "en"], ["pt-BR", "en-GB"], KNOWN)).toEqual({ language: "en", locale: "en-GB" });
  // Never a tag that `Intl` would refuse.
  expect(choose(["pt-!!", null], ["en"], KNOWN)).toEqual({ language: "pt-BR", locale: "pt-BR" });
});

test("nothing at all may have a form of its own", () => {
  const rules = new Intl.PluralRules("pt-BR");
  const forms = { zero: "0 pessoas", one: "1 pessoa", other: "pessoas" };
  expect([0, 1, 2].map((count) => pluralForm(forms, rules, count))).toEqual([
    "0 pessoas",
    "1 pessoa",
    "pessoas",
  ]);
  expect(pluralForm({ one: "um", other: "mais" }, rules, 0)).toBe("um");
});

test("languages call themselves by name", () => {
  expect(languageName("pt-BR")).toBe("Português (Brasil)");
  expect(languageName("en")).toBe("English");
});

test("what everybody needs is apart from what only members need", () => {
  expect(partOf("share.title")).toBe("shared");
  expect(partOf("app.retry")).toBe("shared");
  expect(partOf("auth.required")).toBe("shared");
  expect(partOf("auth.login.title")).toBe("member");
  expect(partOf("settings.title")).toBe("member");
});

const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

test("English and Brazilian Portuguese are there", () => {
  expect(LANGUAGES).toEqual(expect.arrayContaining(["en", "pt-BR"]));
});

test.each(LANGUAGES)(
  "%s has every text, with the same placeholders and the plural forms it needs",
  async (tag) => {
    const catalogue = await loadLanguage(tag);
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
    const rules = new Intl.PluralRules(tag);
    const counts = Array.from({ length: 2001 }, (_, count) => count);
    for (const key of Object.keys(en) as Key[]) {
      const [own, theirs] = [catalogue[key], en[key]];
      if (typeof own === "string" && typeof theirs === "string") {
        expect(own.trim(), key).not.toBe("");
        expect(placeholders(own), key).toEqual(placeholders(theirs));
      } else if (typeof own === "object" && typeof theirs === "object") {
        const allowed = placeholders(theirs.other);
        for (const form of Object.values(own)) {
          expect(allowed, key).toEqual(expect.arrayContaining(placeholders(form)));
          expect(form.trim(), key).not.toBe("");
        }
        expect(placeholders(own.other), key).toEqual(allowed);
        expect(Object.keys(own), key).toEqual(expect.arrayContaining(formsOf(rules, counts)));
        expect(pluralForm(own, rules, 1), key).not.toBe("");
      } else {
        throw new Error(`${key} has plural forms in one language only`);
      }
    }
  },
);

/** The plural forms that whole numbers of everyday size take. */
function formsOf(rules: Intl.PluralRules, counts: number[]): string[] {
  return [...new Set(counts.map((count) => rules.select(count)))];
}
