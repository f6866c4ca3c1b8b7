import { expect, test } from "vitest";
import { matchesSite } from "./site-search";

const site = { domain: "xn--bcher-kva.example", name: "São Paulo shop" };

test.each(["", "  ", "bücher", "bucher", "XN--", "sao", "paulo .example", "Shop são"])(
  "%j finds it",
  (search) => {
    expect(matchesSite(site, search)).toBe(true);
  },
);

test.each(["berlin", "sao berlin"])("%j does not", (search) => {
  expect(matchesSite(site, search)).toBe(false);
});
