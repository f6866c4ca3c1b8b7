/*
 * `make bench-webapp`: how quick the dashboard is in the browser, on demo data, and whether it stays small. Prints the tables
 * of docs/benchmarks.md. HARU_BENCH_MINUTES (10) is how long the heap is watched, HARU_DEMO_EVENTS (200,000) how much there
 * is to show.
 */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { binary, launch, PATIENCE, requireTools } from "./harness";
import { type Instance, SHARES, startInstance } from "./instance";
import { type Tab, untilLive } from "./owner";

const ROUNDS = 9;
const CLICKS = 12;
const MINUTES = Number(process.env.HARU_BENCH_MINUTES || 10);
const EVENTS = Number(process.env.HARU_DEMO_EVENTS || 200_000);
const EVENTS_A_SECOND = 20;
const THROTTLED = 4;
const SETTLE_MS = 1_500;

let browser: Browser;
let instance: Instance;

beforeAll(async () => {
  requireTools();
  browser = await launch();
  instance = await startInstance(EVENTS);
  await untilSealed();
  const { stdout } = spawnSync(binary, ["--version"], { encoding: "utf8" });
  print(
    `${stdout.trim()}, ${binary.includes("release") ? "release" : "NOT a release build"}; Chromium ${browser.version()}`,
  );
  print(`${cpus().length} cores of ${cpus()[0]?.model}; ${EVENTS} events of demo data`);
}, 900_000);
afterAll(async () => {
  await browser?.close();
  await instance?.close();
});

/** Sixty days that were written in a moment are sealed one after the other; that is not what a dashboard lives with. */
async function untilSealed(): Promise<void> {
  for (let quiet = 0, length = -1; quiet < 5; quiet += 1) {
    await new Promise((done) => setTimeout(done, 1_000));
    const next = instance.log().length;
    if (next !== length) quiet = 0;
    length = next;
  }
}

const print = (line: string): void => console.warn(line);
const median = (numbers: number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const ms = (number: number): string => number.toFixed(0);

interface Watch {
  /** When numbers, rows and chart had all been drawn for the first time. */
  shown: number;
  /** When the thread was last busy for over 50 ms. */
  busyUntil: number;
  /** Draws of the chart. */
  draws: number[];
  /** When the question of a click was answered, and the page showed it. */
  answered: number;
  redrawn: number;
}
declare global {
  interface Window {
    watch: Watch;
  }
}

/** Runs in the page before anything of it does. */
function watchPage(): void {
  const watch: Watch = { shown: 0, busyUntil: 0, draws: [], answered: 0, redrawn: 0 };
  window.watch = watch;
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    watch.draws.push(performance.now());
    clearRect.apply(this, area);
    if (watch.shown === 0 && isThere())
      requestAnimationFrame(() =>
        setTimeout(() => {
          watch.shown ||= performance.now();
        }),
      );
  };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      watch.busyUntil = Math.max(watch.busyUntil, startTime + duration);
  }).observe({ type: "longtask", buffered: true });
  // Looked at when the chart is drawn, which is last: a loop over frames would take part in what it measures.
  const isThere = (): boolean =>
    (document.querySelector("[data-testid=total-visitors]")?.textContent ?? "") !== "" &&
    document.querySelector("main a.row") !== null;
}

/** Slows the tab down, and lets a browser that has just opened it come to rest: that is no part of a page. */
async function throttle(page: Page, rate: number): Promise<CDPSession> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate });
  await page.waitForTimeout(SETTLE_MS);
  return devtools;
}

/** Milliseconds from asking for the address until all is drawn and the page would answer at once. */
async function interactive(page: Page): Promise<{ shown: number; interactive: number }> {
  // Whatever Playwright asks of a page runs in it: nothing is asked until it should be over.
  await page.waitForTimeout(SETTLE_MS);
  await page.waitForFunction(() => window.watch?.shown > 0, undefined, { polling: 250 });
  // Work that comes late counts as long as it comes within a second.
  await page.waitForFunction(
    () => performance.now() - Math.max(window.watch.busyUntil, window.watch.shown) > 1_000,
    undefined,
    { polling: 250 },
  );
  return page.evaluate(() => ({
    shown: window.watch.shown,
    interactive: Math.max(window.watch.shown, window.watch.busyUntil),
  }));
}

it("interactive", { timeout: 600_000 }, async () => {
  const table: string[] = [];
  const measure = async (
    name: string,
    rate: number,
    arrive: () => Promise<{ page: Page; leave(): Promise<unknown> }>,
  ): Promise<void> => {
    const results: { shown: number; interactive: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { page, leave } = await arrive();
      results.push(await interactive(page));
      await leave();
    }
    const all = results.map((result) => ms(result.interactive)).join(", ");
    table.push(
      `| ${name} | ${rate}× | ${ms(median(results.map(({ shown }) => shown)))} | **${ms(median(results.map((result) => result.interactive)))}** | ${all} |`,
    );
  };
  for (const rate of [1, THROTTLED]) {
    await measure("shared dashboard, nothing in the cache", rate, async () => {
      const reader = await instance.arrive(browser, "nobody", { reducedMotion: "no-preference" });
      const { page } = await reader.open(`share/${SHARES.open}`, async (tab) => {
        await tab.addInitScript(watchPage);
        await throttle(tab, rate);
      });
      return { page, leave: () => reader.context.close() };
    });
  }
  const owner = await instance.arrive(browser, "owner", { reducedMotion: "no-preference" });
  await measure("member's dashboard, opened again", THROTTLED, async () => {
    const { page } = await owner.open(`sites/${instance.demo.domain}`, async (tab) => {
      await tab.addInitScript(watchPage);
      await throttle(tab, THROTTLED);
    });
    return { page, leave: () => page.close() };
  });
  await owner.context.close();
  print(
    "\n| interactive on localhost | CPU slowed down | all drawn ms | interactive ms, median | rounds |\n|---|---:|---:|---:|---|",
  );
  print(table.join("\n"));
});

/** Clicks a row, and answers how long it took from the answer's last byte to a frame with its numbers and its chart. */
async function redraw(page: Page): Promise<{ waited: number; redraw: number }> {
  await page.evaluate(() => {
    const { watch } = window;
    Object.assign(watch, { answered: 0, redrawn: 0, draws: [] });
    performance.clearResourceTimings();
    const clicked = performance.now();
    const look = (): void => {
      const answer = (performance.getEntriesByType("resource") as PerformanceResourceTiming[]).find(
        ({ name, startTime }) => /\/v1\/sites\/[^/]+\/dashboard$/.test(name) && startTime >= clicked,
      );
      const drawn = answer && watch.draws.find((at) => at >= answer.responseEnd);
      const isShown = document.querySelector("main [aria-busy=true]") === null;
      if (!answer || !drawn || !isShown) requestAnimationFrame(look);
      else
        setTimeout(() => {
          watch.answered = answer.responseEnd;
          watch.redrawn = performance.now();
        });
    };
    (document.querySelector("main a.row") as HTMLElement).click();
    requestAnimationFrame(look);
  });
  await page.waitForFunction(() => window.watch.redrawn > 0, undefined, { polling: 250 });
  const { answered, redrawn } = await page.evaluate(() => window.watch);
  await page.waitForTimeout(500);
  return { waited: answered, redraw: redrawn - answered };
}

it("redraw", { timeout: 600_000 }, async () => {
  print(
    "\n| from the answer to a filter until it is drawn | CPU slowed down | ms, median | slowest of " +
      CLICKS +
      " |\n|---|---:|---:|---:|",
  );
  for (const rate of [1, THROTTLED]) {
    const reader = await instance.arrive(browser, "nobody", { reducedMotion: "no-preference" });
    const { page } = await reader.open(`share/${SHARES.open}`, (tab) => tab.addInitScript(watchPage));
    await interactive(page);
    await throttle(page, rate);
    const times: number[] = [];
    // On, off, on…: the first row of the first panel.
    for (let click = 0; click < CLICKS; click += 1) times.push((await redraw(page)).redraw);
    print(`| shared dashboard | ${rate}× | **${ms(median(times))}** | ${ms(Math.max(...times))} |`);
    await reader.context.close();
  }
});

interface Usage {
  minute: number;
  /** Bytes of what the page keeps: objects, texts, closures. */
  objects: number;
  /** Bytes of what V8 made of its code: it grows as more of it is compiled, and ends with the code. */
  code: number;
  nodes: number;
  listeners: number;
  updates: number;
}

async function usage(devtools: CDPSession, tab: Tab, minute: number): Promise<Usage> {
  const sizes = await heapSizes(devtools);
  const { nodes, jsEventListeners } = await devtools.send("Memory.getDOMCounters");
  const updates = tab.frames.filter((frame) => frame.includes('"next"')).length;
  return { minute, ...sizes, nodes, listeners: jsEventListeners, updates };
}

interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } };
  nodes: number[];
}

/** Sums of a snapshot, which collects the garbage first; without what belongs to the browser's side of the page. */
async function heapSizes(devtools: CDPSession): Promise<{ objects: number; code: number }> {
  const chunks: string[] = [];
  const keep = ({ chunk }: { chunk: string }): number => chunks.push(chunk);
  devtools.on("HeapProfiler.addHeapSnapshotChunk", keep);
  await devtools.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  devtools.off("HeapProfiler.addHeapSnapshotChunk", keep);
  const { snapshot, nodes } = JSON.parse(chunks.join("")) as Snapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size] = [fields.indexOf("type"), fields.indexOf("self_size")];
  const sizes = { objects: 0, code: 0 };
  for (let at = 0; at < nodes.length; at += fields.length) {
    const name = types[0][nodes[at + type] ?? 0];
    if (name === "native" || name === "synthetic") continue;
    sizes[name === "code" ? "code" : "objects"] += nodes[at + size] ?? 0;
  }
  return sizes;
}

it("heap", { timeout: (MINUTES + 5) * 60_000 }, async () => {
  const owner = await instance.arrive(browser, "owner", { reducedMotion: "no-preference" });
  const tab = await owner.open(`sites/${instance.demo.domain}`);
  await untilLive(tab);
  const devtools = await owner.context.newCDPSession(tab.page);
  let sent = 0;
  let refused = 0;
  const start = Date.now();
  const sending = setInterval(() => {
    // As many as are due, however late the timer is.
    const due = Math.floor(((Date.now() - start) / 1_000) * EVENTS_A_SECOND) - sent;
    for (let count = 0; count < due; count += 1) {
      sent += 1;
      instance.hit().catch(() => {
        refused += 1;
      });
    }
  }, 1_000 / EVENTS_A_SECOND);
  const steps = 5;
  const table: Usage[] = [];
  try {
    // The first updates bring what is kept once.
    await tab.page.waitForTimeout(Math.min(20_000, MINUTES * 6_000));
    for (let step = 0; step <= steps; step += 1) {
      if (step > 0) await tab.page.waitForTimeout((MINUTES * 60_000) / steps);
      table.push(await usage(devtools, tab, (MINUTES * step) / steps));
    }
  } finally {
    clearInterval(sending);
  }
  print(`\n${sent} events sent, ${refused} refused`);
  print(
    "\n| minute | objects, MiB | compiled code, MiB | elements | listeners | updates so far |\n|---:|---:|---:|---:|---:|---:|",
  );
  const mib = (bytes: number): string => (bytes / 1_048_576).toFixed(2);
  for (const { minute, objects, code, nodes, listeners, updates } of table)
    print(`| ${minute} | ${mib(objects)} | ${mib(code)} | ${nodes} | ${listeners} | ${updates} |`);
  expect(refused).toBe(0);
  expect(owner.errors).toEqual([]);
  await expect.poll(() => tab.loads, { timeout: PATIENCE }).toBe(1);
  await owner.context.close();
});
