// The one way to a text of the interface. Placeholders, plural forms, the language of numbers and dates.
//
// A language is one file beside this one, named by its tag: it is offered as soon as it is there. Only the reader's is
// loaded, before anything is drawn, in two parts: what everybody needs, and what is behind a login (`parts.ts`). Another choice starts the page anew: what is shown is in the address, and whatever
// was made for one language (formatters, texts in memory) goes with the page.

import { once } from "../lib/once";
import type { en } from "./en";
import { choose, chosenLanguage } from "./languages";
import { PARTS, type Part } from "./parts";

type PluralForms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;
export type Key = keyof typeof en;
type PluralKey = { [K in Key]: (typeof en)[K] extends string ? never : K }[Key];
export type TextKey = Exclude<Key, PluralKey>;
/** What a language file exports: every key of English, plural entries as plural entries. */
export type Catalogue = { [K in Key]: (typeof en)[K] extends string ? string : PluralForms };
export type Values = Record<string, string | number>;

interface TextFile {
  default: Partial<Catalogue>;
}
type Files = Record<string, () => Promise<TextFile>>;
const files: Record<Part, Files> = {
  shared: import.meta.glob<TextFile>(["./[a-z][a-z].ts", "./[a-z][a-z]-[A-Z][A-Z].ts"], {
    query: "?part=shared",
  }),
  member: import.meta.glob<TextFile>(["./[a-z][a-z].ts", "./[a-z][a-z]-[A-Z][A-Z].ts"], {
    query: "?part=member",
  }),
};

/** The tags of all languages. */
export const LANGUAGES: readonly string[] = Object.keys(files.shared)
  .map((file) => file.slice(2, -3))
  .sort();

async function loadPart(tag: string, part: Part): Promise<Partial<Catalogue>> {
  const file = files[part][`./${tag}.ts`];
  return file ? (await file()).default : {};
}

/** All texts of a language. */
export async function loadLanguage(tag: string): Promise<Catalogue> {
  const parts = await Promise.all(PARTS.map((part) => loadPart(tag, part)));
  return Object.assign({}, ...parts) as Catalogue;
}

/** A shared dashboard may be asked for in a language. */
const asked =
  typeof location !== "undefined" && location.pathname.includes("/share/")
    ? new URLSearchParams(location.search).get("lang")
    : null;

export const { language, locale } = choose(
  [asked, chosenLanguage()],
  typeof navigator === "undefined" ? [] : (navigator.languages ?? []),
  LANGUAGES,
);

// Complete once both parts are there; pages that need the second wait for it.
const catalogue = {} as Catalogue;
const plurals = once(() => new Intl.PluralRules(locale));
const counts = once(() => new Intl.NumberFormat(locale));

/** Makes a part of the texts ready. Nothing that needs it may be drawn before. */
export async function loadTexts(part: Part): Promise<void> {
  Object.assign(catalogue, await loadPart(language, part));
}

/** A text. */
export function t(key: TextKey, values: Values = {}): string {
  return fill(catalogue[key] ?? key, values);
}

/** A text that depends on a count; `{count}` is written in the reader's digits. */
export function tn(key: PluralKey, count: number, values: Values = {}): string {
  return fill(pluralForm(catalogue[key], plurals(), count), { count: counts().format(count), ...values });
}

/** A form for nothing at all comes first where a language has one: "0 pessoas", which the rules count as one. */
export function pluralForm(forms: PluralForms, rules: Intl.PluralRules, count: number): string {
  return (count === 0 ? forms.zero : undefined) ?? forms[rules.select(count)] ?? forms.other;
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
