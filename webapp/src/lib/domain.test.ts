import { expect, test } from "vitest";
import { cleanDomain, domainProblem, isDomain, isLocalHost, readableDomain, tidyDomain } from "./domain";

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
  ["exa mple . com", "example.com"],
  ["<https://example.com/>,", "example.com"],
  ["\u200bexample.com", "example.com"],
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

test.each(["", "example", "-a.com", "a..com", "exa_mple.com", "a.c", `${"a".repeat(64)}.com`])(
  "%j is none",
  (text) => {
    expect(isDomain(text)).toBe(false);
  },
);

test.each([
  ["Example", "example"],
  ["https:/", "https:/"],
  ["https://", ""],
  ["https://Example.com", "example.com"],
  ["HTTPS://www.example.com/pri", "example.com/pri"],
  ["www.", "www."],
  ["www.com", "www.com"],
  ["www.example.c", "example.c"],
  ["example.com/", "example.com/"],
  ["bücher.example ", "bücher.example"],
])("typing %j shows %j", (typed, shown) => {
  expect(tidyDomain(typed)).toBe(shown);
});

test.each([
  ["xn--bcher-kva.example", "bücher.example"],
  ["xn--maana-pta.com", "mañana.com"],
  ["shop.xn--fiqs8s", "shop.中国"],
  ["xn--80ak6aa92e.com", "аррӏе.com"],
  ["xn--e28h.example", "😀.example"],
  ["example.com", "example.com"],
  ["xn--.example", "xn--.example"],
  ["xn--99999999.example", "xn--99999999.example"],
])("%s reads as %s", (domain, readable) => {
  expect(readableDomain(domain)).toBe(readable);
});

test("says what is wrong", () => {
  expect(domainProblem("")).toBe("empty");
  expect(domainProblem("exa_mple.com")).toBe("signs");
  expect(domainProblem("example")).toBe("dot");
  expect(domainProblem("a..com")).toBe("form");
  expect(domainProblem("example.com")).toBeNull();
});

test("knows where the script is silent", () => {
  for (const local of ["localhost", "app.localhost", "127.0.0.1", "localhost:3000"])
    expect(isLocalHost(local), local).toBe(true);
  for (const real of ["example.com", "localhost.com", "10.0.0.1"])
    expect(isLocalHost(real), real).toBe(false);
});
