import { expect, test } from "vitest";
import { translated } from "./server-text";

// Tests speak English, in which the server's words are their own translation.
test.each([
  "is required",
  "must have 12 to 128 characters",
  "entry 3 must have at most 1000 characters",
  "is not an IPv4 or IPv6 address",
])("%j is known, with its numbers", (text) => {
  expect(translated(text)).toBe(text);
});

test("the reason of a weak password is left to the meter", () => {
  expect(translated("is too easy to guess: use a few uncommon words")).toBe("is too easy to guess");
});

test("other words are not", () => {
  expect(translated("the moon is full")).toBeUndefined();
  expect(translated("1 2 3 4 5 6")).toBeUndefined();
});
