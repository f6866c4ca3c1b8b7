// Which shortcuts do something on this page, and whether the reader wants them: single keys get in the way of some
// people, and of speech input. The choice is kept in this browser.

import { signal } from "@preact/signals";
import { createKeyReader, isTyping, type Shortcut } from "../lib/keys";

/** What does nothing now is `undefined`. */
export type Actions = Partial<Record<Shortcut, (() => void) | undefined>>;

const OFF = "haru_keys_off";
let registered: readonly { current: Actions }[] = [];

export const keysWanted = signal(readWanted());

/** The last part of the page that has an action for them comes first. */
export function actionOf(keys: Shortcut): (() => void) | undefined {
  return registered.findLast(({ current }) => current[keys])?.current[keys];
}

/** Adds what a part of the page does; the part may exchange `holder.current`. Answers how to take it away. */
export function addActions(holder: { current: Actions }): () => void {
  if (!isListening) listen(document);
  registered = [...registered, holder];
  return () => {
    registered = registered.filter((other) => other !== holder);
  };
}

export function wantKeys(wanted: boolean): void {
  keysWanted.value = wanted;
  try {
    if (wanted) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}

function readWanted(): boolean {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true;
  }
}

let isListening = false;

/** Hears the keys of the whole app. */
function listen(target: Document): void {
  isListening = true;
  const read = createKeyReader((keys) => actionOf(keys) !== undefined);
  target.addEventListener("keydown", (event) => {
    const element = event.target instanceof HTMLElement ? event.target : target.body;
    // A dialog and an open menu have keys of their own; a chart ends with Escape what arrow keys point at.
    const isElsewhere =
      target.querySelector("dialog[open]") ??
      element.closest("[role=menu],[role=listbox]") ??
      (event.key === "Escape" && element.closest("[role=img]"));
    if (!keysWanted.peek() || event.defaultPrevented || isElsewhere || isTyping(element)) return;
    const keys = read(event, event.timeStamp);
    if (keys === null) return;
    event.preventDefault();
    actionOf(keys)?.();
  });
}
