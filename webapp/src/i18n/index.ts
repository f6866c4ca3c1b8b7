// The one way to a text of the interface. Placeholders, plural forms, the language of numbers and dates.

import { en } from "./en";

type PluralForms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;
export type Key = keyof typeof en;
type PluralKey = { [K in Key]: (typeof en)[K] extends string ? never : K }[Key];
export type TextKey = Exclude<Key, PluralKey>;
/** What a language file exports: every key of English, plural entries as plural entries. */
export type Catalogue = { [K in Key]: (typeof en)[K] extends string ? string : PluralForms };
export type Values = Record<string, string | number>;

const catalogues: Record<string, Catalogue> = { en };

/** The language of the catalogue, with the reader's region where it is the same language ("en-GB" for dates). */
export const locale = chooseLocale(typeof navigator === "undefined" ? [] : navigator.languages);
const language = locale.split("-")[0] ?? "en";
const catalogue: Catalogue = catalogues[locale] ?? catalogues[language] ?? en;
const plurals = new Intl.PluralRules(locale);
const counts = new Intl.NumberFormat(locale);

export function chooseLocale(wanted: readonly string[]): string {
  const known = wanted.find((tag) => tag in catalogues || (tag.split("-")[0] ?? "") in catalogues);
  return known ?? "en-US";
}

/** A text. */
export function t(key: TextKey, values: Values = {}): string {
  return fill(catalogue[key], values);
}

/** A text that depends on a count; `{count}` is written in the reader's digits. */
export function tn(key: PluralKey, count: number, values: Values = {}): string {
  const forms = catalogue[key];
  return fill(forms[plurals.select(count)] ?? forms.other, { count: counts.format(count), ...values });
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
