// The keyboard: which key does what, and which presses count. The one place that knows; menus and the sheet read it here.

import type { Preset } from "../api/types";

/** Keys of periods, as users of Plausible know them where it has them. */
export const PERIOD_KEYS = {
  D: "day",
  E: "yesterday",
  H: "24h",
  W: "7d",
  T: "30d",
  N: "91d",
  M: "month",
  Y: "year",
  L: "12mo",
  A: "all",
} as const satisfies Record<string, Preset>;

/** What stands on the sheet, in groups. `R` and `C` are periods, too; two letters are pressed one after the other. */
export const KEY_GROUPS = [
  ["period", [...(Object.keys(PERIOD_KEYS) as (keyof typeof PERIOD_KEYS)[]), "R", "C"]],
  ["view", ["F", "X", "P", "Escape"]],
  ["go", ["/", "G D", "G S", "G A", "?"]],
] as const;

export type Shortcut = (typeof KEY_GROUPS)[number][1][number];

const ALL: ReadonlySet<string> = new Set(KEY_GROUPS.flatMap(([, keys]) => keys));
const FIRSTS: ReadonlySet<string> = new Set(
  [...ALL].filter((keys) => / /.test(keys)).map((keys) => keys[0] ?? ""),
);

const isShortcut = (keys: string): keys is Shortcut => ALL.has(keys);

/** The key of a preset, to be told beside it. */
export function keyOfPeriod(preset: Preset): Shortcut | undefined {
  return (Object.keys(PERIOD_KEYS) as (keyof typeof PERIOD_KEYS)[]).find(
    (key) => PERIOD_KEYS[key] === preset,
  );
}

/** What of a `KeyboardEvent` matters here. */
export interface Press {
  key: string;
  ctrlKey?: boolean;
  metaKey?: boolean;
  altKey?: boolean;
  shiftKey?: boolean;
  repeat?: boolean;
  isComposing?: boolean;
}

/** What of the element that has the focus matters here. */
export interface Focus {
  tagName: string;
  type?: string;
  isContentEditable?: boolean;
}

const BUTTON_LIKE = new Set([
  "button",
  "checkbox",
  "color",
  "file",
  "image",
  "radio",
  "range",
  "reset",
  "submit",
]);

/** Whether keys belong to a field now. */
export function isTyping({ tagName, type, isContentEditable }: Focus): boolean {
  if (isContentEditable || tagName === "TEXTAREA" || tagName === "SELECT") return true;
  return tagName === "INPUT" && !BUTTON_LIKE.has(type ?? "text");
}

/** The name of a press without modifiers, as shortcuts are written; `null` for what can't be one. */
function nameOf(press: Press): string | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat || press.isComposing) return null;
  if (press.key.length > 1) return press.key;
  const isLetter = press.key.toLowerCase() !== press.key.toUpperCase();
  // Signs need Shift on some keyboards; a letter with it is another key, and one in capitals without it is Caps Lock.
  return isLetter && press.shiftKey ? null : press.key.toUpperCase();
}

/** After the first of two keys, the second counts for this long. */
const SEQUENCE_MS = 1_500;

/** Reads presses one after the other. `has` tells which shortcuts do something now. */
export function createKeyReader(has: (keys: Shortcut) => boolean) {
  let first: { key: string; at: number } | null = null;
  return (press: Press, now: number): Shortcut | null => {
    const key = nameOf(press);
    const before = first && now - first.at <= SEQUENCE_MS ? first.key : null;
    first = null;
    if (key === null) return null;
    const both = `${before} ${key}`;
    if (before !== null && isShortcut(both) && has(both)) return both;
    if (isShortcut(key) && has(key)) return key;
    if (FIRSTS.has(key)) first = { key, at: now };
    return null;
  };
}
