import { expect, test } from "vitest";
import type { ShareLink } from "../api/share-types";
import { SHARE_PANELS } from "./limits";
import { changeOf, creationOf, draftOf, draftProblems, embedSnippet, linkState } from "./share-draft";

const link: ShareLink = {
  id: "1",
  name: "For the board",
  slug: "board-2026",
  url: "https://haru.example/share/board-2026",
  has_password: true,
  expires_at: "2026-12-31T22:59:59Z",
  paused: false,
  panels: ["sources", "pages"],
  since: "2026-01-01",
  last_days: 30,
  properties: true,
  embed_origins: ["https://a.example", "https://b.example"],
  views: 3,
  created_at: "2026-11-24T10:00:00Z",
};

test("a link that was only looked at is not changed", () => {
  expect(changeOf(draftOf(link), link)).toEqual({});
});

test("only what is different is sent, and what was emptied is taken away", () => {
  const draft = draftOf(link);
  expect(
    changeOf(
      { ...draft, name: " Press ", hasPassword: false, expires: "", since: "", lastDays: "", embeds: false },
      link,
    ),
  ).toEqual({
    name: "Press",
    password: null,
    expires_at: null,
    since: null,
    last_days: null,
    embed_origins: [],
  });
  expect(changeOf({ ...draft, password: "another one" }, link)).toEqual({ password: "another one" });
  expect(changeOf({ ...draft, panels: SHARE_PANELS }, link)).toEqual({ panels: null });
  expect(changeOf({ ...draft, until: "2026-06-30" }, link)).toEqual({ until: "2026-06-30" });
});

test("a new link says no more than was chosen", () => {
  const draft = { ...draftOf(null), name: "Press" };
  expect(creationOf(draft)).toEqual({ name: "Press", properties: false, embed_origins: [] });
  expect(
    creationOf({
      ...draft,
      slug: "press",
      hasPassword: true,
      password: "open sesame please",
      panels: ["pages"],
      lastDays: "7",
      embeds: true,
      origins: "https://a.example/\n\n https://b.example",
    }),
  ).toEqual({
    name: "Press",
    slug: "press",
    password: "open sesame please",
    panels: ["pages"],
    last_days: 7,
    properties: false,
    embed_origins: ["https://a.example", "https://b.example"],
  });
});

test("a link ends with its last day", () => {
  const { expires_at } = creationOf({ ...draftOf(null), name: "x", expires: "2026-12-31" });
  expect(expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:59Z$/);
  expect(draftOf({ ...link, expires_at: expires_at ?? "" }).expires).toBe("2026-12-31");
});

test("finds what is wrong before anything is sent", () => {
  const draft = { ...draftOf(null), name: "x" };
  expect(draftProblems(draft, null)).toEqual({});
  expect(
    draftProblems(
      {
        ...draft,
        name: " ",
        slug: "A b",
        hasPassword: true,
        since: "2026-02-01",
        until: "2026-01-01",
        lastDays: "0",
        embeds: true,
      },
      null,
    ),
  ).toEqual({
    name: "required",
    slug: "slug",
    password: "required",
    until: "order",
    last_days: "days",
    embed_origins: "required",
  });
  expect(draftProblems({ ...draft, hasPassword: true, password: "short" }, null)).toEqual({
    password: "short",
  });
  // One that has a password keeps it.
  expect(draftProblems(draftOf(link), link)).toEqual({});
});

test("an ended link is ended, paused or not", () => {
  const at = Date.parse("2026-12-31T22:59:59Z");
  expect(linkState(link, at - 1)).toBe("active");
  expect(linkState({ ...link, paused: true }, at - 1)).toBe("paused");
  expect(linkState({ ...link, paused: true }, at)).toBe("expired");
  expect(linkState({ paused: false }, at)).toBe("active");
});

test("the snippet to embed is markup, whatever a link is called", () => {
  expect(embedSnippet({ url: link.url, name: '"><script>' }, { theme: "dark", lang: "pt-BR" })).toBe(
    '<iframe src="https://haru.example/share/board-2026?embed=true&amp;theme=dark&amp;lang=pt-BR" title="&quot;&gt;&lt;script&gt;" width="100%" height="1600" loading="lazy" style="border: 0"></iframe>',
  );
});
