import { expect, test } from "vitest";
import type { Arrivals } from "../api/types";
import { advise, type Facts } from "./arrivals";

const NOW = Date.parse("2026-09-10T12:00:00Z");
const RECENT = "2026-09-10T11:58:00Z";
const NOTHING: Arrivals = { drops: [], refused: [] };
const FACTS: Facts = {
  domain: "example.com",
  src: "https://stats.example/js/haru.js",
  script: "loads",
  asksNotToBeTracked: false,
};
const causes = (arrivals: Partial<Arrivals>, facts: Partial<Facts> = {}) =>
  advise({ ...NOTHING, ...arrivals }, { ...FACTS, ...facts }, NOW).map(({ cause }) => cause);

test("nothing seen at all", () => {
  expect(causes({})).toEqual(["nothing_seen"]);
});

test("it works, or has worked", () => {
  expect(causes({ first_event_at: RECENT, last_event_at: RECENT })).toEqual(["receiving"]);
  expect(causes({ first_event_at: RECENT, last_event_at: "2026-09-01T00:00:00Z" })).toEqual([
    "worked_before",
  ]);
});

test.each([
  ["unknown_token", "snippet"],
  ["no_token", "snippet"],
  ["unknown_site", "snippet"],
  ["bad_request", undefined],
  ["rate_limited", undefined],
])("refused: %s", (reason, fix) => {
  const refused = [{ reason, hostname: "www.example.com", count: 3, last_at: RECENT }];
  expect(advise({ ...NOTHING, refused }, FACTS, NOW)).toEqual([
    {
      cause: reason,
      tone: "wrong",
      count: 3,
      lastAt: RECENT,
      hostname: "www.example.com",
      ...(fix ? { fix } : {}),
    },
  ]);
});

test.each(["bot", "prefetch", "dnt", "hostname", "excluded_path", "excluded_address"])(
  "dropped: %s",
  (reason) => {
    expect(causes({ drops: [{ reason, count: 1, last_at: RECENT }] })).toEqual([reason]);
  },
);

test("what is wrong comes before what may be meant", () => {
  const drops = [
    { reason: "bot", count: 90, last_at: RECENT },
    { reason: "hostname", count: 1, last_at: RECENT },
  ];
  const refused = [{ reason: "unknown_token", hostname: "example.com", count: 2, last_at: RECENT }];
  expect(causes({ drops, refused })).toEqual(["unknown_token", "hostname", "bot"]);
  expect(causes({ drops, refused, last_event_at: RECENT })).toEqual([
    "receiving",
    "unknown_token",
    "hostname",
    "bot",
  ]);
});

test("what this browser knows: blocked, not to be tracked", () => {
  expect(causes({}, { script: "blocked" })).toEqual(["blocked", "nothing_seen"]);
  expect(causes({}, { asksNotToBeTracked: true })).toEqual(["nothing_seen", "dnt"]);
  // Said once, with the count of the server.
  expect(
    causes({ drops: [{ reason: "dnt", count: 2, last_at: RECENT }] }, { asksNotToBeTracked: true }),
  ).toEqual(["dnt"]);
});

test("a site on this computer is not counted by itself", () => {
  for (const domain of ["localhost", "127.0.0.1", "app.localhost"])
    expect(causes({}, { domain, src: "http://localhost:8080/js/haru.js" })).toEqual([
      "local",
      "nothing_seen",
    ]);
});

test("a script that only this network reaches, or that secure pages don't load", () => {
  for (const host of [
    "localhost:8080",
    "127.0.0.1:8080",
    "192.168.0.2",
    "nas",
    "nas.local",
    "10.1.2.3",
    "[::1]:8080",
  ])
    expect(causes({}, { src: `http://${host}/js/haru.js` })).toEqual(["unreachable", "nothing_seen"]);
  expect(causes({}, { src: "http://stats.example/js/haru.js" })).toEqual(["insecure", "nothing_seen"]);
  // While trying out, both are here.
  expect(causes({}, { domain: "shop.local", src: "http://192.168.0.2/js/haru.js" })).toEqual([
    "nothing_seen",
  ]);
  expect(causes({}, { src: "" })).toEqual(["nothing_seen"]);
});

test("reasons of a newer server, and none at all, say nothing", () => {
  expect(causes({ drops: [{ reason: "moon_phase", count: 2, last_at: RECENT }] })).toEqual(["nothing_seen"]);
  expect(causes({ drops: [{ reason: "bot", count: 0, last_at: RECENT }] })).toEqual(["nothing_seen"]);
});
