import { expect, test } from "vitest";
import {
  createKeyReader,
  isTyping,
  KEY_GROUPS,
  keyOfPeriod,
  PERIOD_KEYS,
  type Press,
  type Shortcut,
} from "./keys";

const all = createKeyReader(() => true);
const press = (key: string, more: Partial<Press> = {}) => all({ key, ...more }, 0);

test("letters count in any case, as Caps Lock has it, but not with Shift", () => {
  expect(press("d")).toBe("D");
  expect(press("D")).toBe("D");
  expect(press("D", { shiftKey: true })).toBeNull();
});

test("signs count with Shift, which some keyboards need for them", () => {
  expect(press("?", { shiftKey: true })).toBe("?");
  expect(press("/", { shiftKey: true })).toBe("/");
  expect(press("/")).toBe("/");
});

test.each<Partial<Press>>([
  { ctrlKey: true },
  { metaKey: true },
  { altKey: true },
  { repeat: true },
  { isComposing: true },
])("nothing with %o", (more) => {
  expect(press("f", more)).toBeNull();
});

test("other keys do nothing", () => {
  for (const key of ["q", "1", "ArrowDown", "Enter", "ß", "Dead"]) expect(press(key)).toBeNull();
  expect(press("Escape")).toBe("Escape");
});

test("two keys one after the other, soon enough", () => {
  const read = createKeyReader(() => true);
  expect(read({ key: "g" }, 0)).toBeNull();
  expect(read({ key: "s" }, 1_000)).toBe("G S");
  expect(read({ key: "g" }, 2_000)).toBeNull();
  expect(read({ key: "d" }, 3_600)).toBe("D");
  expect(read({ key: "g" }, 4_000)).toBeNull();
  expect(read({ key: "d" }, 4_100)).toBe("G D");
  // What begins nothing ends the wait for the second.
  read({ key: "g" }, 5_000);
  read({ key: "q" }, 5_100);
  expect(read({ key: "s" }, 5_200)).toBeNull();
});

test("a modifier in between is no second key", () => {
  const read = createKeyReader(() => true);
  read({ key: "g" }, 0);
  expect(read({ key: "s", ctrlKey: true }, 100)).toBeNull();
  expect(read({ key: "s" }, 200)).toBeNull();
});

test("what does nothing on this page is left to the browser", () => {
  const read = createKeyReader((keys: Shortcut) => keys === "G D");
  expect(read({ key: "/" }, 0)).toBeNull();
  read({ key: "g" }, 10);
  expect(read({ key: "s" }, 20)).toBeNull();
  read({ key: "g" }, 30);
  expect(read({ key: "d" }, 40)).toBe("G D");
});

test("keys belong to fields while one types", () => {
  expect(isTyping({ tagName: "INPUT", type: "text" })).toBe(true);
  expect(isTyping({ tagName: "INPUT", type: "date" })).toBe(true);
  expect(isTyping({ tagName: "INPUT", type: "checkbox" })).toBe(false);
  expect(isTyping({ tagName: "TEXTAREA" })).toBe(true);
  expect(isTyping({ tagName: "SELECT" })).toBe(true);
  expect(isTyping({ tagName: "DIV", isContentEditable: true })).toBe(true);
  expect(isTyping({ tagName: "BUTTON", type: "button" })).toBe(false);
});

test("each key means one thing", () => {
  const keys: readonly string[] = KEY_GROUPS.flatMap(([, group]) => group);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keyOfPeriod("7d")).toBe("W");
  expect(keyOfPeriod("6mo")).toBeUndefined();
  expect(new Set(Object.values(PERIOD_KEYS)).size).toBe(Object.keys(PERIOD_KEYS).length);
});
