// Values of the API as people say them: countries by name, systems by brand, blanks in the reader's language.

import type { PanelRow } from "../api/types";
import { locale, t, tMaybe } from "../i18n";
import { once } from "./once";

const regions = once(() => new Intl.DisplayNames(locale, { type: "region", fallback: "none" }));
const languages = once(
  () => new Intl.DisplayNames(locale, { type: "language", languageDisplay: "standard" }),
);

const SYSTEMS: Record<string, string> = { Mac: "macOS", "GNU/Linux": "Linux", "Chrome OS": "ChromeOS" };

export function isCountryCode(value: string): boolean {
  return /^[A-Z]{2}$/.test(value);
}

export function countryName(code: string): string {
  if (!isCountryCode(code)) return code === "(not set)" || code === "" ? t("value.unknown_country") : code;
  return regions().of(code) ?? code;
}

export function languageName(tag: string): string {
  try {
    return languages().of(tag) ?? tag;
  } catch {
    return tag;
  }
}

const learnt = new Map<string, string>();

/** Remembers what regions and cities are called, of which rows have names and filters have codes alone. */
export function learnNames({ dimension, rows }: { dimension: string; rows: readonly PanelRow[] }): void {
  for (const { value, name } of rows) if (name) learnt.set(`${dimension} ${value}`, name);
}

export function valueName(dimension: string, value: string): string {
  if (dimension === "visit:country") return countryName(value);
  if (value === "" || value === "(not set)") return t("value.not_set");
  if (dimension === "visit:os") return SYSTEMS[value] ?? value;
  if (dimension === "visit:language") return languageName(value);
  return tMaybe(`value.${dimension}.${value}`) ?? learnt.get(`${dimension} ${value}`) ?? value;
}

export function dimensionName(dimension: string): string {
  return (
    tMaybe(`dimension.${dimension}`) ?? dimension.replace(/^event:props:/, "").replace(/^(visit|event):/, "")
  );
}

export function dropName(reason: string): string {
  return tMaybe(`drops.${reason}`) ?? reason.replaceAll("_", " ");
}

export function noticeText(notice: string): string {
  return tMaybe(`notice.${notice}`) ?? t("notice.unknown", { notice });
}
