/*
 * A site, a collecting endpoint on another origin, and a browser: what every spec needs.
 * Specs wait for what arrives at the endpoint, never for time to pass.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

export const scriptFile = fileURLToPath(new URL("../dist/haru.js", import.meta.url));
export const chromiumPath = process.env.CHROMIUM || "/usr/bin/chromium";
export const chromiumArgs = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface HaruEvent {
  n: string;
  p: string;
  r: string;
  h: boolean;
  sw: number;
  sh: number;
  id: string;
  m?: Record<string, unknown>;
  i?: boolean;
  e?: number;
  sd?: number;
}

export interface Received {
  url: string;
  headers: IncomingMessage["headers"];
  event: HaruEvent;
  status: number;
}

const listen = async (
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ server: Server; port: number }> => {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port };
};

const close = (server: Server): Promise<unknown> => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
};

/** Records what the script sends. Answers 200 unless `answers` says otherwise: a status each, 0 cuts the line. */
export class Collector {
  readonly received: Received[] = [];
  readonly otherMethods: string[] = [];
  answers: number[] = [];
  /** While set, answers are held back until it resolves. */
  hold: Promise<void> | undefined;
  private watchers: (() => void)[] = [];

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async start(): Promise<Collector> {
    let collector: Collector | undefined;
    const { server, port } = await listen((request, response) => collector?.handle(request, response));
    collector = new Collector(server, `http://127.0.0.1:${port}`);
    return collector;
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url || "";
    if (request.method === "GET" && /\/haru\.js(\?|$)/.test(url)) {
      response.setHeader("content-type", "text/javascript");
      response.end(readFileSync(scriptFile));
      return;
    }
    if (request.method !== "POST") {
      this.otherMethods.push(`${request.method} ${url}`);
      response.setHeader("access-control-allow-origin", "*");
      response.end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const status = this.answers.shift() ?? 200;
      const event = JSON.parse(Buffer.concat(chunks).toString()) as HaruEvent;
      this.received.push({ url, headers: request.headers, event, status });
      for (const check of this.watchers) check();
      await this.hold;
      if (!status) {
        request.socket.destroy();
        return;
      }
      response.writeHead(status, { "access-control-allow-origin": "*" });
      response.end();
    });
  }

  get events(): HaruEvent[] {
    return this.received.map(({ event }) => event);
  }

  /** `name path` of each event, the short form most specs compare. */
  get log(): string[] {
    return this.events.map(({ n, p }) => `${n} ${p.replace(/^\w+:\/\/[^/]+/, "")}`);
  }

  get pageviews(): string[] {
    return this.log.filter((line) => line.startsWith("pageview ")).map((line) => line.slice(9));
  }

  async until(isDone: (events: HaruEvent[]) => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`not received; so far: ${JSON.stringify(this.log)}`)),
        10_000,
      );
      const check = (): void => {
        if (isDone(this.events)) {
          clearTimeout(timer);
          this.watchers = this.watchers.filter((watcher) => watcher !== check);
          resolve();
        }
      };
      this.watchers.push(check);
      check();
    });
  }

  untilCount(count: number): Promise<void> {
    return this.until((events) => events.length >= count);
  }

  untilNamed(name: string): Promise<void> {
    return this.until((events) => events.some(({ n }) => n === name));
  }

  close(): Promise<unknown> {
    return close(this.server);
  }
}

/** Serves `html(path)` at every path. */
export class Site {
  html: (path: string) => string = () => "";

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<Site> {
    let site: Site | undefined;
    const { server, port } = await listen((request, response) => {
      response.setHeader("content-type", "text/html");
      response.end(site?.html(request.url || ""));
    });
    site = new Site(server, port);
    return site;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  close(): Promise<unknown> {
    return close(this.server);
  }
}

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    args: [...chromiumArgs, "--host-resolver-rules=MAP site.example 127.0.0.1"],
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });

/** Prepares pages: a clock that moves only when told to, and a visibility that can be set. */
const controls = `
  let clock = 1000;
  performance.now = () => clock;
  window.pass = (ms) => { clock += ms; };
  let visibility = window.name === "background" ? "hidden" : "visible";
  Object.defineProperty(document, "visibilityState", { get: () => visibility });
  Object.defineProperty(document, "hidden", { get: () => visibility === "hidden" });
  window.show = (state) => {
    visibility = state ? "visible" : "hidden";
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  };
`;

declare global {
  interface Window {
    /** Moves the page's clock. */
    pass(ms: number): void;
    /** Shows or hides the page. */
    show(state: boolean): void;
  }
}

export interface World {
  collector: Collector;
  site: Site;
  context: BrowserContext;
  page: Page;
  /** The script tag with more attributes, or other ones. */
  tag(attributes?: string, src?: string): string;
  /** Lets every page of the site be `before`, the tag, `after`; opens the path. */
  open(path: string, tag?: string, before?: string, after?: string): Promise<void>;
  /** Makes sure that whatever the script had sent by now would have arrived. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export const createWorld = async (browser: Browser): Promise<World> => {
  const collector = await Collector.start();
  const site = await Site.start();
  const context = await browser.newContext({ viewport: { width: 800, height: 600 } });
  await context.addInitScript(controls);
  const page = await context.newPage();
  const tag = (attributes = "data-local", src = `${collector.origin}/js/haru.js`): string =>
    `<script defer src="${src}" data-token="TOKEN" ${attributes}></script>`;
  return {
    collector,
    site,
    context,
    page,
    tag,
    open: async (path, script = tag(), before = "", after = "") => {
      site.html = () => `<!doctype html><title>t</title>${before}${script}${after}`;
      await page.goto(site.origin + path);
    },
    settle: async () => {
      for (let round = 0; round < 3; round++) {
        await page.evaluate((url) => fetch(url), `${collector.origin}/settle`);
      }
    },
    close: async () => {
      await context.close();
      await collector.close();
      await site.close();
    },
  };
};
