import { expect, test } from "vitest";
import { dropToken, type InvitationWorld, takeToken } from "./invitation";

function world(hash: string, kept: string | null = null) {
  const memory = new Map<string, string>(kept === null ? [] : [["haru_invitation", kept]]);
  const address = { hash };
  const outside: InvitationWorld = {
    hash: () => address.hash,
    clearHash: () => {
      address.hash = "";
    },
    read: (key) => memory.get(key) ?? null,
    write: (key, value) => {
      if (value === null) memory.delete(key);
      else memory.set(key, value);
    },
  };
  return { outside, address, memory };
}

test("the token goes from the address into the memory of the tab", () => {
  const { outside, address, memory } = world("#secret-token");
  expect(takeToken(outside)).toBe("secret-token");
  expect(address.hash).toBe("");
  expect([...memory.values()]).toEqual(["secret-token"]);
});

test("coming back from logging in, it is still there", () => {
  expect(takeToken(world("", "secret-token").outside)).toBe("secret-token");
});

test("a new link wins over the one kept", () => {
  const { outside } = world("#new", "old");
  expect(takeToken(outside)).toBe("new");
  expect(takeToken(outside)).toBe("new");
});

test("used or no good, it is gone; without one there is none", () => {
  const { outside } = world("#secret-token");
  takeToken(outside);
  dropToken(outside);
  expect(takeToken(outside)).toBeNull();
  expect(takeToken(world("").outside)).toBeNull();
});
