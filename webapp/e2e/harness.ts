/*
 * What a newcomer has: the `haru` binary, a browser, and a site of their own on another origin than the server.
 * Everything waits for conditions; the one thing that is given a deadline is what the specs assert.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";

/** Bound of every wait that is not itself what a spec measures. */
export const PATIENCE = 20_000;

const root = fileURLToPath(new URL("../..", import.meta.url));
export const binary = process.env.HARU_BINARY
  ? resolve(process.env.HARU_BINARY)
  : join(root, "target/debug/haru");
const chromiumPath = process.env.CHROMIUM || "/usr/bin/chromium";
const out = fileURLToPath(new URL("out/", import.meta.url));

/** Fails in one line when something the specs stand on is not there. */
export function requireTools(): void {
  if (!existsSync(binary)) {
    throw new Error(`${binary} is missing: run \`cargo build\`, or set HARU_BINARY to a built haru`);
  }
  for (const file of ["webapp/dist/index.html", "tracker/dist/haru.js"]) {
    if (!existsSync(join(root, file))) throw new Error(`${file} is missing: run \`npm run build\` first`);
  }
  if (!existsSync(chromiumPath)) {
    throw new Error(`${chromiumPath} is missing: apt-get install chromium, or set CHROMIUM to a Chromium`);
  }
}

/** Where a picture of this name goes. */
export function picture(name: string): string {
  mkdirSync(out, { recursive: true });
  return join(out, `${name}.png`);
}

/** The environment without settings of Haru that the developer's shell may carry. */
const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("HARU_")));

export interface Haru {
  /** Its public address, with a slash at the end. */
  base: string;
  log(): string;
  stop(): Promise<void>;
  /** Ends it as a crash does; its data stays where the caller keeps it. */
  kill(): Promise<void>;
}

/** Starts `haru serve` on a free port with a fresh data directory and waits until it says that it is ready. */
export async function startHaru(settings: NodeJS.ProcessEnv = {}, dataDir?: string): Promise<Haru> {
  const directory = dataDir ?? mkdtempSync(join(tmpdir(), "haru-e2e-"));
  const child = spawn(binary, ["serve"], {
    cwd: directory,
    env: { ...cleanEnvironment(), HARU_DATA_DIR: directory, HARU_LISTEN: "127.0.0.1:0", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  try {
    const base = await readyAddress(child, () => log);
    return {
      base,
      log: () => log,
      async stop() {
        await stop(child);
        if (!dataDir) rmSync(directory, { recursive: true, force: true });
      },
      kill: () => stop(child, "SIGKILL"),
    };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

function readyAddress(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((done, fail) => {
    let output = "";
    const timer = setTimeout(
      () => fail(new Error(`haru is not ready after ${PATIENCE} ms:\n${log()}`)),
      PATIENCE,
    );
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const address = /^Haru is ready at (\S+)$/m.exec(output)?.[1];
      if (!address) return;
      clearTimeout(timer);
      done(address.endsWith("/") ? address : `${address}/`);
    });
    child.once("error", fail);
    child.once("exit", (status) => {
      clearTimeout(timer);
      fail(new Error(`haru ended with status ${status}:\n${output}${log()}`));
    });
  });
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  await ended;
  clearTimeout(timer);
}

/** A port nobody listens on now, for addresses that must be known before the server starts. */
export async function freePort(): Promise<number> {
  const socket = createSocket();
  await new Promise<void>((done) => socket.listen(0, "127.0.0.1", done));
  const { port } = socket.address() as AddressInfo;
  await new Promise((done) => socket.close(done));
  return port;
}

/** A data directory with demo sites, and who may look at them. */
export interface Demo {
  directory: string;
  email: string;
  password: string;
  /** Of the first site. */
  domain: string;
}

/** Fills a data directory of its own with a demo site, and smaller ones beside it; the caller removes it. */
export function seedDemo(events: number, others: Record<string, number> = {}): Demo {
  const directory = mkdtempSync(join(tmpdir(), "haru-e2e-demo-"));
  const demo = {
    directory,
    email: "demo@haru.local",
    password: "a password for the demo",
    domain: "lumen.blog",
  };
  seedSite(demo, demo.domain, events, 1);
  for (const [index, [domain, count]] of Object.entries(others).entries())
    seedSite(demo, domain, count, index + 2);
  return demo;
}

function seedSite({ directory, email, password }: Demo, domain: string, events: number, seed: number): void {
  const words = ["--data-dir", directory, "--email", email, "--domain", domain];
  const run = spawnSync(binary, ["seed", ...words, "--events", `${events}`, "--seed", `${seed}`], {
    env: { ...cleanEnvironment(), HARU_PASSWORD: password },
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(`haru seed ended with status ${run.status}:\n${run.stderr}`);
}

/** What a server needs to believe the addresses of {@link sendVisitors}. */
export const TRUSTING = { HARU_TRUSTED_PROXIES: "127.0.0.1/32", HARU_COLLECT_RATE_LIMIT: "0" };

/** Sends live visitors to a demo site until the returned function is called. */
export function sendVisitors({ directory, domain }: Demo, base: string): () => Promise<void> {
  const words = ["--data-dir", directory, "--domain", domain, "--trickle", base];
  const child = spawn(binary, ["seed", ...words], { env: cleanEnvironment(), stdio: "ignore" });
  return () => stop(child);
}

/** The settings of an empty database on the PostgreSQL that HARU_TEST_POSTGRES_URL names, and how to drop it. */
export function createPostgresDatabase(): { settings: NodeJS.ProcessEnv; drop(): void } {
  const server = process.env.HARU_TEST_POSTGRES_URL;
  if (!server) {
    throw new Error(
      "HARU_TEST_POSTGRES_URL is not set, so nothing was tested on PostgreSQL: run `scripts/with-postgres npm run e2e -w webapp`",
    );
  }
  const name = `haru_e2e_${process.pid}_${Date.now()}`;
  const at = (database: string): string => {
    const url = new URL(server);
    url.pathname = `/${database}`;
    return url.href;
  };
  const run = (sql: string): void => {
    const psql = spawnSync("psql", ["-qX", "-v", "ON_ERROR_STOP=1", "-d", at("postgres"), "-c", sql], {
      encoding: "utf8",
    });
    if (psql.error) throw new Error(`psql: ${psql.error.message}: apt-get install postgresql-client`);
    if (psql.status !== 0) throw new Error(`psql: ${psql.stderr}`);
  };
  run(`CREATE DATABASE ${name}`);
  return {
    settings: { HARU_DATABASE_URL: at(name), HARU_SECRET: "a secret that only this test ever uses" },
    drop: () => run(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/** A static shop of three pages; the mug opens without loading a page. The owner pastes the snippet into `head`. */
export class Shop {
  head = "";
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<Shop> {
    let shop: Shop | undefined;
    const server = createServer((request, response) => {
      const html = shop?.page(request.url ?? "/");
      response.writeHead(html ? 200 : 404, { "content-type": "text/html; charset=utf-8" });
      response.end(html);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    shop = new Shop(server, (server.address() as AddressInfo).port);
    return shop;
  }

  private page(url: string): string | undefined {
    const title = { "/": "The shop", "/mug": "A mug", "/delivery": "Delivery" }[url.replace(/\?.*/, "")];
    return (
      title &&
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
${this.head}
</head><body><h1>${title}</h1>
<a href="/mug" onclick="history.pushState(null, '', this.href); document.querySelector('h1').textContent = 'A mug'; return false">Mug</a>
<a href="/delivery">Delivery</a>
<button onclick="haru('signup', { plan: 'pro' })">Sign up</button>
</body></html>`
    );
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

/**
 * A Chromium that neither its pages nor the server take for an automated one, so that the snippet works in it as it is,
 * and for which shop.test is here. Its user agent is set for the whole browser: one set for a context is missing from
 * what a page sends while it is being left.
 */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--user-agent=${AGENTS.desktop}`,
      "--disable-blink-features=AutomationControlled",
      "--host-resolver-rules=MAP shop.test 127.0.0.1",
    ],
  });

/** User agents of people. */
export const AGENTS = {
  desktop:
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  phone:
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  bot: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
};

/** A timezone in which it is neither late nor early: the days of the site don't end under a running test. */
export function quietTimezone(): string {
  const zones = ["Europe/Berlin", "Asia/Tokyo", "America/New_York", "Pacific/Honolulu"];
  const hour = (timeZone: string): number =>
    Number(new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit" }).format());
  return zones.find((zone) => hour(zone) >= 3 && hour(zone) < 22) ?? "UTC";
}
