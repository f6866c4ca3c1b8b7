import { expect, test } from "vitest";
import { cleanDomain, isDomain } from "./domain";

test.each([
  ["example.com", "example.com"],
  ["  Example.COM ", "example.com"],
  ["https://www.Example.com/blog?x=1#y", "example.com"],
  ["http://sub.example.com:8080/", "sub.example.com"],
  ["//example.com/x", "example.com"],
  ["www.example.com", "example.com"],
  ["www.com", "www.com"],
  ["example.com.", "example.com"],
  ["user@example.com", "example.com"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["localhost:3000", "localhost"],
  ["", ""],
])("%j comes to %j", (text, domain) => {
  expect(cleanDomain(text)).toBe(domain);
});

test.each(["example.com", "a.b.example.co.uk", "xn--bcher-kva.example", "localhost", "127.0.0.1"])(
  "%s is one",
  (text) => {
    expect(isDomain(text)).toBe(true);
  },
);

test.each(["", "example", "-a.com", "a..com", "exa mple.com", "a.c", `${"a".repeat(64)}.com`])(
  "%j is none",
  (text) => {
    expect(isDomain(text)).toBe(false);
  },
);
