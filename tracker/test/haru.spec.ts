import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { parse } from "acorn";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chromiumArgs, chromiumPath, createWorld, launch, scriptFile, type World } from "./harness";

let browser: Browser;
let world: World;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  world = await createWorld(browser);
});
afterEach(() => world.close());

const haru = (...call: Parameters<NonNullable<Window["haru"]>>): Promise<void> =>
  world.page.evaluate((args) => window.haru?.(...args), call);
const push = (path: string): Promise<void> =>
  world.page.evaluate((url) => history.pushState(null, "", url), path);
const replace = (path: string): Promise<void> =>
  world.page.evaluate((url) => history.replaceState(null, "", url), path);
const pass = (ms: number): Promise<void> => world.page.evaluate((time) => window.pass(time), ms);
const show = (state: boolean): Promise<void> => world.page.evaluate((is) => window.show(is), state);
/** Sends a last event; as events arrive in order, nothing can be missing once it is there. */
const finish = async (): Promise<void> => {
  await haru("finish");
  await world.collector.untilNamed("finish");
};

describe("the file", () => {
  const code = readFileSync(scriptFile, "utf8");

  it("fits the budget", () => {
    expect(Buffer.byteLength(code)).toBeLessThan(2000);
    expect(gzipSync(code).length).toBeLessThan(1000);
  });

  it("is a classic script of ES2017", () => {
    expect(() => parse(code, { ecmaVersion: 2017, sourceType: "script" })).not.toThrow();
  });

  it("is not built over the budget", () => {
    const build = spawnSync("node", [
      fileURLToPath(new URL("../scripts/build.mjs", import.meta.url)),
      "1000",
    ]);
    expect(build.status).toBe(1);
    expect(build.stdout.toString()).toMatch(/minified: \d+ of 1000 bytes: OVER BUDGET/);
    expect(readFileSync(scriptFile, "utf8")).toBe(code);
  });

  it("leaves no name in the page but haru", async () => {
    await world.open("/", world.tag(), "<script>window.names = Object.getOwnPropertyNames(window)</script>");
    await world.collector.untilCount(1);
    const added = await world.page.evaluate(() => {
      const before = (window as unknown as { names: string[] }).names;
      return Object.getOwnPropertyNames(window).filter((name) => !before.includes(name) && name !== "names");
    });
    expect(added).toEqual(["haru"]);
  });
});

describe("pageviews", () => {
  it("sends the first with address, referrer, screen and token, as text, without preflight", async () => {
    const { collector, page, site } = world;
    site.html = (path) =>
      path === "/from" ? `<a href="/landing?utm_source=letter#part">x</a>` : `<!doctype html>${world.tag()}`;
    await page.goto(`${site.origin}/from`);
    await page.click("a");
    await collector.untilCount(1);

    const [first] = collector.received;
    expect(first?.event).toEqual({
      n: "pageview",
      p: `${site.origin}/landing?utm_source=letter`,
      r: `${site.origin}/from`,
      h: false,
      sw: 800,
      sh: 600,
      id: expect.stringMatching(/^.{8,64}$/),
    });
    expect(first?.url).toBe("/api/collect?t=TOKEN");
    expect(first?.headers["content-type"]).toMatch(/^text\/plain/);
    expect(first?.headers.origin).toBe(site.origin);
    await world.settle();
    expect(collector.otherMethods.filter((line) => !line.startsWith("GET"))).toEqual([]);
  });

  it("counts pushState, replaceState and popstate when the path changes, and only then", async () => {
    await world.open("/a?x=1");
    await push("/b");
    await replace("/b");
    await replace("/b?page=2");
    await push("/b?page=3#top");
    await replace("/c");
    await world.page.evaluate(() => {
      location.hash = "part";
    });
    await world.page.evaluate(() => history.go(-3));
    await world.collector.until((events) => events.filter(({ n }) => n === "pageview").length >= 4);
    await finish();
    expect(world.collector.pageviews).toEqual(["/a?x=1", "/b", "/c", "/a?x=1"]);
    expect(new Set(world.collector.events.map(({ id }) => id)).size).toBe(world.collector.events.length);
  });

  it("leaves the page's history calls as they were", async () => {
    await world.open("/a");
    const result = await world.page.evaluate(() => {
      const pushed: unknown = history.pushState({ key: 1 }, "", "/b");
      return [pushed, history.state, location.pathname, history.length];
    });
    expect(result).toEqual([undefined, { key: 1 }, "/b", expect.any(Number)]);
    const error = await world.page.evaluate(() => {
      try {
        history.pushState(null, "", "https://elsewhere.example/");
        return "";
      } catch (e) {
        return (e as Error).name;
      }
    });
    expect(error).toBe("SecurityError");
  });

  it("counts routes in the fragment with data-hash", async () => {
    await world.open("/app?x=1#/one", world.tag("data-local data-hash"));
    await world.page.evaluate(() => {
      location.hash = "#/two";
    });
    await world.collector.until((events) => events.filter(({ n }) => n === "pageview").length === 2);
    await replace("/app?x=2#/two");
    await push("/app#/three");
    await world.page.goBack();
    await world.collector.until((events) => events.filter(({ n }) => n === "pageview").length === 4);
    await finish();
    expect(world.collector.pageviews).toEqual([
      "/app?x=1#/one",
      "/app?x=1#/two",
      "/app#/three",
      "/app?x=2#/two",
    ]);
    expect(world.collector.events.every(({ h }) => h)).toBe(true);
  });

  it("counts a page restored from the back-forward cache once more", async () => {
    const { collector, page, site } = world;
    site.html = (path) => `<!doctype html>${world.tag()}<script>
      addEventListener("pageshow", (event) => { window.persisted = event.persisted; });
    </script>${path}`;
    await page.goto(`${site.origin}/a`);
    await collector.untilCount(1);
    await page.goto(`${site.origin}/b`);
    await collector.until((events) => events.some(({ p }) => p.endsWith("/b")));
    await page.goBack({ waitUntil: "commit" });
    await page.waitForFunction(() => (window as { persisted?: boolean }).persisted === true);
    await finish();
    expect(collector.pageviews).toEqual(["/a", "/b", "/a"]);
  });

  it("counts a page in the background when it is first seen, and its events after it", async () => {
    const { page, collector, site } = world;
    site.html = () => `<!doctype html>${world.tag()}`;
    await page.evaluate(() => {
      window.name = "background";
    });
    await page.goto(`${site.origin}/a`);
    await push("/a2");
    await haru("early");
    await world.settle();
    expect(collector.events).toEqual([]);
    await show(true);
    await show(false);
    await show(true);
    await finish();
    expect(collector.log).toEqual(["pageview /a2", "early /a2", "finish /a2"]);
  });

  it("counts a prerendered page once, when it is shown", async () => {
    const { collector, site } = world;
    // Chromium prerenders nothing while a debugger is attached: this one is on its own.
    let isReady = false;
    const pages: Record<string, () => string> = {
      "/first": () => `<!doctype html>${world.tag()}
        <script type="speculationrules">{"prerender":[{"urls":["/second"],"eagerness":"immediate"}]}</script>
        <script>
          (async () => {
            while ((await (await fetch("/is-ready")).text()) !== "yes");
            location.href = "/second";
          })();
        </script>`,
      "/second": () => `<!doctype html>${world.tag()}
        <script>
          addEventListener("load", async () => {
            haru(document.prerendering ? "early" : "notPrerendered");
            for (let round = 0; round < 3; round++) await fetch("/round");
            haru("late", { called: document.visibilityState });
            await fetch("/ready");
          });
        </script>`,
      "/ready": () => {
        isReady = true;
        return "";
      },
      "/is-ready": () => (isReady ? "yes" : "no"),
    };
    site.html = (path) => pages[path]?.() ?? "";
    const profile = mkdtempSync(join(tmpdir(), "haru-prerender-"));
    const args = chromiumArgs.filter((arg) => arg !== "--disable-background-networking"); // it disables prerendering
    const alone = spawn(chromiumPath, [...args, `--user-data-dir=${profile}`, `${site.origin}/first`], {
      stdio: "ignore",
      detached: true,
    });
    try {
      await collector.until((events) => events.some(({ n }) => n === "late"));
    } finally {
      const ended = new Promise((resolve) => alone.once("exit", resolve));
      if (alone.pid) process.kill(-alone.pid, "SIGKILL");
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
    const log = collector.log.filter((line) => !line.startsWith("engagement"));
    expect(log).toEqual(["pageview /first", "pageview /second", "early /second", "late /second"]);
    expect(collector.events.find(({ n }) => n === "late")?.m).toEqual({ called: "hidden" });
    // A request made while still prerendering would say so, and the server would not count it.
    expect(collector.received.flatMap(({ headers }) => headers["sec-purpose"] ?? [])).toEqual([]);
  });

  it("counts once when the script is included twice", async () => {
    await world.open("/a", world.tag() + world.tag());
    await push("/b");
    await finish();
    expect(world.collector.pageviews).toEqual(["/a", "/b"]);
  });
});

describe("engaged time", () => {
  const engagement = (): [string, number | undefined][] =>
    world.collector.events
      .filter(({ n }) => n === "engagement")
      .map(({ p, e }) => [p.slice(world.site.origin.length), e]);

  it("counts only while the page is visible, in increments that add up", async () => {
    await world.open("/a");
    await pass(4000);
    await show(false);
    await pass(60_000);
    await show(true);
    await pass(2500);
    await show(false);
    await pass(60_000);
    await show(true);
    await finish();
    expect(engagement()).toEqual([
      ["/a", 4000],
      ["/a", 2500],
    ]);
  });

  it("reports nothing when no visible time has passed", async () => {
    await world.open("/a");
    await pass(1000);
    await show(false);
    await show(false);
    await world.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide")));
    await show(true);
    await finish();
    expect(engagement()).toEqual([["/a", 1000]]);
  });

  it("belongs to the page that was left within the application, and is sent before the next pageview", async () => {
    await world.open("/a?x=1");
    await pass(3000);
    await push("/b");
    await pass(700);
    await replace("/c");
    await finish();
    expect(world.collector.log).toEqual([
      "pageview /a?x=1",
      "engagement /a?x=1",
      "pageview /b",
      "engagement /b",
      "pageview /c",
      "finish /c",
    ]);
    expect(engagement()).toEqual([
      ["/a?x=1", 3000],
      ["/b", 700],
    ]);
  });

  it("is sent when the page is left for another", async () => {
    await world.open("/a");
    await pass(5000);
    await world.page.goto("about:blank");
    await world.collector.untilNamed("engagement");
    expect(engagement()).toEqual([["/a", 5000]]);
  });

  it("is sent when the tab is closed", async () => {
    await world.open("/a");
    await world.collector.untilCount(1);
    await pass(5000);
    await world.page.close({ runBeforeUnload: true });
    await world.collector.untilNamed("engagement");
    expect(engagement()).toEqual([["/a", 5000]]);
  });

  it("carries how far the page was scrolled at most", async () => {
    await world.open("/a", world.tag(), "", `<body style="margin:0"><div style="height:2400px"></div>`);
    await pass(1000);
    await show(false);
    await show(true);
    await world.page.evaluate(
      () =>
        new Promise((resolve) => {
          addEventListener("scroll", resolve, { once: true });
          scrollTo(0, 1200);
        }),
    );
    await world.page.evaluate(
      () =>
        new Promise((resolve) => {
          addEventListener("scroll", resolve, { once: true });
          scrollTo(0, 0);
        }),
    );
    await pass(1000);
    await push("/b");
    await pass(1000);
    await show(false);
    await world.collector.until((events) => events.filter(({ n }) => n === "engagement").length === 3);
    expect(world.collector.events.flatMap(({ sd }) => sd ?? [])).toEqual([25, 75, 25]);
  });
});

describe("custom events", () => {
  it("takes a name, properties and whether it is an interaction", async () => {
    await world.open("/a");
    await haru("signup", { plan: "pro", seats: 3, trial: false });
    await haru("seen", {}, { interactive: false });
    await haru("plain");
    await world.collector.untilNamed("plain");
    const [, signup, seen, plain] = world.collector.events;
    expect(signup).toMatchObject({
      n: "signup",
      m: { plan: "pro", seats: 3, trial: false },
      p: expect.stringMatching(/\/a$/),
    });
    expect(seen).toMatchObject({ n: "seen", i: false });
    expect(plain).not.toHaveProperty("m");
    expect(plain).not.toHaveProperty("i");
  });

  it("sends what was queued before the script was loaded, after the pageview", async () => {
    const stub = `<script>
      window.haru=window.haru||function(){(haru.q=haru.q||[]).push(arguments)};
      haru("one", {a: 1}); haru("two", {}, {interactive: false});
    </script>`;
    await world.open("/a", world.tag(), stub);
    await push("/b");
    await finish();
    expect(world.collector.log).toEqual(["pageview /a", "one /a", "two /a", "pageview /b", "finish /b"]);
    expect(world.collector.events[1]?.m).toEqual({ a: 1 });
    expect(world.collector.events[2]?.i).toBe(false);
  });
});

describe("delivery", () => {
  for (const [what, status] of [
    ["a network error", 0],
    ["429", 429],
    ["500", 500],
    ["503", 503],
  ] as const) {
    it(`keeps an event after ${what} and sends it again with the next, same id, in order`, async () => {
      world.collector.answers = [status];
      await world.open(
        "/a",
        world.tag(),
        `<script>
          const send = window.fetch;
          window.fetch = (...call) => {
            const answer = send(...call);
            answer.catch(() => 0).then(() => { window.ended = true; });
            return answer;
          };
        </script>`,
      );
      await world.page.waitForFunction(() => (window as { ended?: boolean }).ended === true);
      await haru("next");
      await world.collector.untilCount(3);
      expect(world.collector.log).toEqual(["pageview /a", "pageview /a", "next /a"]);
      expect(world.collector.received[1]?.event).toEqual(world.collector.received[0]?.event);
    });
  }

  it("does not send again what was refused for good", async () => {
    world.collector.answers = [400, 401, 413];
    await world.open("/a");
    await haru("one");
    await haru("two");
    await haru("three");
    await world.collector.untilNamed("three");
    await world.settle();
    expect(world.collector.log).toEqual(["pageview /a", "one /a", "two /a", "three /a"]);
  });

  it("keeps twenty at most, the oldest, and sends them in their order", async () => {
    await world.open("/a");
    await world.collector.untilCount(1);
    await world.settle();
    await world.context.setOffline(true);
    for (let k = 0; k < 25; k++) await haru(`e${k}`);
    await world.context.setOffline(false);
    await world.settle();
    await haru("trigger");
    await world.collector.untilNamed("e19");
    await finish();
    const names = world.collector.events.slice(1).map(({ n }) => n);
    expect(names).toEqual([...Array.from({ length: 20 }, (_, k) => `e${k}`), "finish"]);
  });

  it("waits for no answer when the page goes away", async () => {
    let release = (): void => undefined;
    world.collector.hold = new Promise((resolve) => {
      release = resolve;
    });
    await world.open("/a");
    await world.collector.untilCount(1);
    await haru("click");
    await pass(2000);
    await world.page.goto("about:blank");
    await world.collector.untilCount(3);
    release();
    expect(world.collector.log.sort()).toEqual(["click /a", "engagement /a", "pageview /a"]);
  });

  it("uses sendBeacon without fetch", async () => {
    await world.open("/a", world.tag(), "<script>window.fetch = undefined</script>");
    await haru("two");
    await world.collector.untilCount(2);
    expect(world.collector.log).toEqual(["pageview /a", "two /a"]);
    expect(world.collector.received[0]?.headers["content-type"]).toMatch(/^text\/plain/);
    expect(world.collector.otherMethods).toEqual([]);
  });

  it("keeps an event that sendBeacon did not take", async () => {
    await world.open(
      "/a",
      world.tag(),
      `<script>
        window.fetch = undefined;
        const beacon = navigator.sendBeacon.bind(navigator);
        let refused = 0;
        navigator.sendBeacon = (url, body) => refused++ > 0 && beacon(url, body);
      </script>`,
    );
    await haru("two");
    await world.collector.untilCount(2);
    expect(world.collector.log).toEqual(["pageview /a", "two /a"]);
  });

  it("uses XMLHttpRequest without fetch and sendBeacon, and tries again", async () => {
    world.collector.answers = [500];
    await world.open(
      "/a",
      world.tag(),
      `<script>
        window.fetch = navigator.sendBeacon = undefined;
        const send = XMLHttpRequest.prototype.send;
        XMLHttpRequest.prototype.send = function (body) {
          this.addEventListener("loadend", () => { window.ended = true; });
          send.call(this, body);
        };
      </script>`,
    );
    await world.page.waitForFunction(() => (window as { ended?: boolean }).ended === true);
    await haru("two");
    await world.collector.untilCount(3);
    expect(world.collector.log).toEqual(["pageview /a", "pageview /a", "two /a"]);
    expect(world.collector.events[1]?.id).toBe(world.collector.events[0]?.id);
    expect(world.collector.otherMethods).toEqual([]);
  });
});

describe("the endpoint", () => {
  it("is data-api when given", async () => {
    await world.open(
      "/a",
      world.tag(`data-local data-api="${world.collector.origin}/proxy"`, `${world.site.origin}/x/haru.js`),
    );
    // The site answers every path with its page: give it the script instead.
    world.site.html = () => readFileSync(scriptFile, "utf8");
    await world.page.evaluate((api) => {
      const script = document.createElement("script");
      script.src = "/x/haru.js";
      script.dataset.token = "TOKEN";
      script.dataset.local = "";
      script.dataset.api = api;
      document.head.append(script);
    }, `${world.collector.origin}/proxy`);
    await world.collector.untilCount(1);
    expect(world.collector.received[0]?.url).toBe("/proxy/api/collect?t=TOKEN");
  });

  it("keeps the base path of the script's address", async () => {
    await world.open(
      "/deep/down/a",
      world.tag("data-local", `${world.collector.origin}/stats/js/haru.js?v=1/2`),
    );
    await push("/b");
    await world.collector.untilCount(2);
    expect(world.collector.received.map(({ url }) => url)).toEqual([
      "/stats/api/collect?t=TOKEN",
      "/stats/api/collect?t=TOKEN",
    ]);
  });
});

describe("who and what is not counted", () => {
  const expectNothing = async (): Promise<void> => {
    await haru("custom");
    await push("/somewhere");
    await world.settle();
    expect(world.collector.events).toEqual([]);
  };

  it("leaves excluded pages out: * within a segment, ** across, the rest literal", async () => {
    await world.open(
      "/admin",
      world.tag(`data-local data-exclude="/admin,/user/*/edit,/private/**,/v1.0/(x)+"`),
    );
    await pass(2000);
    await haru("unseen");
    const paths = [
      "/admin/x",
      "/user/7/edit",
      "/user/7/8/edit",
      "/user/7/edit/x",
      "/private/a/b",
      "/private",
      "/v1.0/(x)+",
      "/v1x0/(x)+",
      "/",
    ];
    for (const path of paths) {
      await push(path);
      await pass(1000);
    }
    await finish();
    const counted = ["/admin/x", "/user/7/8/edit", "/user/7/edit/x", "/private", "/v1x0/(x)+", "/"];
    expect(world.collector.pageviews).toEqual(counted);
    expect(world.collector.log.filter((line) => line.startsWith("eng"))).toEqual(
      counted.slice(0, -1).map((path) => `engagement ${path}`),
    );
    expect(world.collector.log).not.toContain("unseen /admin");
  });

  it("excludes fragments with data-hash, and nothing when data-exclude is empty", async () => {
    await world.open("/#/a", world.tag(`data-local data-hash data-exclude="/#/secret/*,"`));
    await push("/#/secret/1");
    await push("/");
    await finish();
    expect(world.collector.pageviews).toEqual(["/#/a", "/"]);
  });

  for (const [what, property] of [
    ["Do Not Track", "doNotTrack: { get: () => '1' }"],
    ["Global Privacy Control", "globalPrivacyControl: { get: () => true }"],
  ]) {
    it(`honours ${what} with data-dnt, and only then`, async () => {
      const ask = `<script>Object.defineProperties(Navigator.prototype, { ${property} })</script>`;
      await world.open("/a", world.tag("data-local data-dnt"), ask);
      await expectNothing();
      await world.open("/b", world.tag("data-local"), ask);
      await world.collector.untilCount(1);
      expect(world.collector.log).toEqual(["pageview /b"]);
    });
  }

  it("counts with data-dnt who did not ask", async () => {
    await world.open("/a", world.tag("data-local data-dnt"));
    await world.collector.untilCount(1);
  });

  it("leaves out who set haru_ignore, from then on", async () => {
    await world.open("/a");
    await world.collector.untilCount(1);
    await world.page.evaluate(() => localStorage.setItem("haru_ignore", "true"));
    await haru("custom");
    await push("/b");
    await world.settle();
    expect(world.collector.log).toEqual(["pageview /a"]);
    await world.page.evaluate(() => localStorage.removeItem("haru_ignore"));
    await finish();
  });

  it("counts where reading the storage throws", async () => {
    await world.open(
      "/a",
      world.tag(),
      `<script>Object.defineProperty(window, "localStorage", { get() { throw new Error("denied"); } })</script>`,
    );
    await world.collector.untilCount(1);
  });

  const notAutomated =
    "<script>Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => false })</script>";

  it("leaves out localhost without data-local", async () => {
    await world.open("/a", world.tag(""), notAutomated);
    await expectNothing();
  });

  it("leaves out names and files of this machine", async () => {
    const { page, site } = world;
    site.html = () => `<!doctype html>${notAutomated}${world.tag("")}`;
    for (const host of ["localhost", "app.localhost"]) {
      await page.goto(`http://${host}:${site.port}/a`);
      await expectNothing();
    }
    const folder = mkdtempSync(join(tmpdir(), "haru-file-"));
    for (const attributes of ["", "data-local"]) {
      const file = join(folder, `page${attributes}.html`);
      writeFileSync(file, `<!doctype html>${notAutomated}${world.tag(attributes)}`);
      await page.goto(pathToFileURL(file).href);
      await haru("custom");
    }
    await world.collector.untilCount(2);
    rmSync(folder, { recursive: true });
    expect(world.collector.events.map(({ n, p }) => [n, p.endsWith("/pagedata-local.html")])).toEqual([
      ["pageview", true],
      ["custom", true],
    ]);
  });

  it("leaves out automated browsers without data-local", async () => {
    world.site.html = () => world.tag("");
    await world.page.goto(`http://site.example:${world.site.port}/a`);
    await expectNothing();
  });

  it("counts any other site without data-local", async () => {
    world.site.html = () => notAutomated + world.tag("");
    await world.page.goto(`http://site.example:${world.site.port}/a`);
    await world.collector.untilCount(1);
    expect(world.collector.log).toEqual(["pageview /a"]);
  });
});

describe("the visitor's device", () => {
  it("holds no cookie and nothing in any storage, and cookies stay at home", async () => {
    const { page, context, collector, site } = world;
    await context.addCookies([{ name: "session", value: "1", url: collector.origin }]);
    // Cookies know no ports: the page needs another host than the endpoint.
    site.html = () => `<!doctype html>${world.tag()}`;
    await page.goto(`http://localhost:${site.port}/a`);
    await haru("custom", { a: 1 });
    await pass(3000);
    await push("/b");
    await finish();
    const held = await page.evaluate(async () => [
      document.cookie,
      localStorage.length,
      sessionStorage.length,
      (await indexedDB.databases()).length,
    ]);
    expect(held).toEqual(["", 0, 0, 0]);
    expect((await context.cookies()).map(({ name }) => name)).toEqual(["session"]);
    expect((await context.storageState()).origins).toEqual([]);
    expect(collector.received.every(({ headers }) => !headers.cookie)).toBe(true);
  });
});
