// The one way to a text of the interface. Placeholders, plural forms, the language of numbers and dates.
//
// A language is one file beside this one, named by its tag: it is offered as soon as it is there. Only the reader's is
// loaded, before anything is drawn. Another choice starts the page anew: what is shown is in the address, and whatever
// was made for one language (formatters, texts in memory) goes with the page.

import type { en } from "./en";
import { choose, chosenLanguage } from "./languages";

type PluralForms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;
export type Key = keyof typeof en;
type PluralKey = { [K in Key]: (typeof en)[K] extends string ? never : K }[Key];
export type TextKey = Exclude<Key, PluralKey>;
/** What a language file exports: every key of English, plural entries as plural entries. */
export type Catalogue = { [K in Key]: (typeof en)[K] extends string ? string : PluralForms };
export type Values = Record<string, string | number>;

const files = import.meta.glob<{ default: Catalogue }>(["./[a-z][a-z].ts", "./[a-z][a-z]-[A-Z][A-Z].ts"]);
const tagOf = (file: string): string => file.slice(2, -3);

/** The tags of all languages. */
export const LANGUAGES: readonly string[] = Object.keys(files).map(tagOf).sort();
export const loadLanguage = (tag: string): Promise<Catalogue> =>
  (files[`./${tag}.ts`] as () => Promise<{ default: Catalogue }>)().then((file) => file.default);

/** A shared dashboard may be asked for in a language. */
const asked =
  typeof location !== "undefined" && location.pathname.includes("/share/")
    ? new URLSearchParams(location.search).get("lang")
    : null;

export const { language, locale } = choose(
  [asked, typeof localStorage === "undefined" ? null : chosenLanguage()],
  typeof navigator === "undefined" ? [] : (navigator.languages ?? []),
  LANGUAGES,
);

let catalogue: Catalogue;
const plurals = new Intl.PluralRules(locale);
const counts = new Intl.NumberFormat(locale);

/** Makes the texts ready. Nothing may be drawn before. */
export async function loadTexts(): Promise<void> {
  catalogue = await loadLanguage(language);
}

/** A text. */
export function t(key: TextKey, values: Values = {}): string {
  return fill(catalogue[key], values);
}

/** A text that depends on a count; `{count}` is written in the reader's digits. */
export function tn(key: PluralKey, count: number, values: Values = {}): string {
  return fill(pluralForm(catalogue[key], plurals, count), { count: counts.format(count), ...values });
}

export function pluralForm(forms: PluralForms, rules: Intl.PluralRules, count: number): string {
  return forms[rules.select(count)] ?? forms.other;
}

/** A text in pieces, so that a caller can put elements where the placeholders are. */
export function tParts<T>(key: TextKey, values: Record<string, T>): (string | T)[] {
  return catalogue[key]
    .split(/\{(\w+)\}/)
    .map((piece, index) => (index % 2 === 1 ? (values[piece] ?? piece) : piece))
    .filter((piece) => piece !== "");
}

/** The text under a key made of parts, or `undefined` when the catalogue has none (values of the server). */
export function tMaybe(key: string, values: Values = {}): string | undefined {
  const text = Object.hasOwn(catalogue, key) ? catalogue[key as Key] : undefined;
  return typeof text === "string" ? fill(text, values) : undefined;
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder));
}
