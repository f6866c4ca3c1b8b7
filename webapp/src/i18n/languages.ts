// Which language a reader gets, and in which locale numbers and dates are written. Pure but for the memory of a browser.

/** The language of the catalogue, and the tag for `Intl`: the reader's region where it is the same language ("en-GB"). */
export interface Choice {
  language: string;
  locale: string;
}

const KEY = "haru_language";
const base = (tag: string): string => tag.split("-")[0]?.toLowerCase() ?? "";

/** The catalogue for a tag: that of the tag itself, else one of the same language. */
function catalogueFor(tag: string, known: readonly string[]): string | undefined {
  return (
    known.find((name) => name.toLowerCase() === tag.toLowerCase()) ??
    known.find((name) => base(name) === base(tag))
  );
}

/** `asked` are words of an address or of an earlier choice, which win; `accepted` is what the browser says, best first. */
export function choose(
  asked: readonly (string | null)[],
  accepted: readonly string[],
  known: readonly string[],
): Choice {
  for (const tag of asked) {
    const language = tag ? catalogueFor(tag, known) : undefined;
    if (language)
      return { language, locale: accepted.find((own) => base(own) === base(language)) ?? language };
  }
  for (const locale of accepted) {
    const language = catalogueFor(locale, known);
    if (language) return { language, locale };
  }
  return { language: "en", locale: "en-US" };
}

/** What a language calls itself, as a name: "Português (Brasil)". */
export function languageName(tag: string): string {
  const name = new Intl.DisplayNames(tag, { type: "language" }).of(tag) ?? tag;
  return name.slice(0, 1).toLocaleUpperCase(tag) + name.slice(1);
}

/** The language chosen in this browser. */
export function chosenLanguage(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Whether it could be kept: where storage is blocked, only the address can say it. */
export function keepLanguage(tag: string): boolean {
  try {
    localStorage.setItem(KEY, tag);
    return true;
  } catch {
    return false;
  }
}
