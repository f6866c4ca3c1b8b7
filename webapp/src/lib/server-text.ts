// What the server says in English, in the reader's language. Its own words are the key; numbers in them stand apart.

import { language, tMaybe } from "../i18n";

const NAMES = ["a", "b", "c", "d"] as const;

/** Words that the catalogue does not know stay as they are. */
export function serverText(text: string): string {
  return language === "en" ? text : (translated(text) ?? text);
}

export function translated(text: string): string | undefined {
  const numbers: Record<string, string> = {};
  let count = 0;
  // Why a password is easy to guess, the meter beside the field says better.
  const pattern = text.replace(/^(is too easy to guess): .*$/, "$1").replace(/\d+/g, (number) => {
    const name = NAMES[count++];
    if (name === undefined) return number;
    numbers[name] = number;
    return `{${name}}`;
  });
  return tMaybe(`server.${pattern}`, numbers);
}
