import { expect, test } from "vitest";
import { makeUrls } from "./urls";

test("at the root", () => {
  const urls = makeUrls("https://haru.example/");
  expect(urls.basePath).toBe("/");
  expect(urls.apiBase).toBe("https://haru.example");
  expect(urls.socket).toBe("wss://haru.example/graphql/ws");
  expect(urls.site("lumen.blog")).toBe("/sites/lumen.blog");
  expect(urls.flag("BR")).toBe("/flags/BR.svg");
});

test("below a base path, everything is below it", () => {
  const urls = makeUrls("http://127.0.0.1:8080/stats/");
  expect(urls.apiBase).toBe("http://127.0.0.1:8080/stats");
  expect(urls.socket).toBe("ws://127.0.0.1:8080/stats/graphql/ws");
  expect(urls.home).toBe("/stats/");
  expect(urls.settings("a b")).toBe("/stats/sites/a%20b/settings");
  expect(urls.login("/stats/sites/x?period=7d")).toBe("/stats/login?next=%2Fstats%2Fsites%2Fx%3Fperiod%3D7d");
});

test("the way back after login stays in the app", () => {
  const urls = makeUrls("https://haru.example/");
  expect(urls.next("/sites/x?period=7d")).toBe("/sites/x?period=7d");
  for (const elsewhere of [undefined, "", "//evil.example", "https://evil.example", "/\\evil.example"]) {
    expect(urls.next(elsewhere)).toBe("/");
  }
  expect(makeUrls("https://haru.example/stats/").next("/admin")).toBe("/stats/");
});

test("shared dashboards are told by their path, below a base path too", () => {
  const urls = makeUrls("https://haru.example/stats/");
  expect(urls.publicShare("press")).toBe("https://haru.example/stats/share/press");
  expect(urls.sharedSlug("/stats/share/press")).toBe("press");
  expect(urls.sharedSlug(urls.share("lumen.blog"))).toBe("lumen.blog");
  expect(urls.sharedSlug("/stats/share/")).toBe("");
  expect(urls.sharedSlug("/stats/share/%E0%A4%A")).toBe("");
  for (const other of ["/share/press", "/stats/sites/share", "/stats/", "/stats/share"]) {
    expect(urls.sharedSlug(other)).toBeNull();
  }
});
