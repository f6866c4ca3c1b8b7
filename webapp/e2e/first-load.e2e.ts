/*
 * How much a shared dashboard takes before anybody touched it, counted over what really came into the browser, that it asks
 * once, and that being kept current leaves nothing behind. Counts only, which no busy machine changes; times are `make bench-webapp`'s.
 */
import { gzipSync } from "node:zlib";
import type { Browser, CDPSession, Response } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch, PATIENCE, requireTools } from "./harness";
import { type Instance, SHARES, startInstance } from "./instance";
import { untilLive } from "./owner";

/** What the JavaScript of the first load may come to, gzipped. */
const SCRIPT_BYTES = 110_000;
/** Live updates until all that is kept once is there, and those that may add nothing. */
const FIRST_UPDATES = 6;
const UPDATES = 14;

let browser: Browser;
let instance: Instance;

beforeAll(async () => {
  requireTools();
  browser = await launch();
  instance = await startInstance(2_000);
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await instance?.close();
});

/** As it came over the wire, or as a proxy that compresses would send it: Haru leaves that to the proxy. */
async function gzipped(response: Response): Promise<number> {
  if (response.headers()["content-encoding"]) return (await response.request().sizes()).responseBodySize;
  return gzipSync(await response.body()).length;
}

it(`takes at most ${SCRIPT_BYTES} bytes of JavaScript, gzipped, before anybody touches it`, async () => {
  const reader = await instance.arrive(browser, "nobody");
  const scripts: Response[] = [];
  reader.context.on("response", (response) => {
    if (/javascript/.test(response.headers()["content-type"] ?? "")) scripts.push(response);
  });
  const tab = await reader.open(`share/${SHARES.open}`);
  await tab.page.getByTestId("total-visitors").waitFor();
  await untilLive(tab);
  await tab.page.waitForLoadState("networkidle");

  const sizes = await Promise.all(scripts.map(gzipped));
  const names = scripts.map((response) => response.url().slice(instance.base.length));
  console.warn(names.map((name, index) => `${sizes[index]} ${name}`).join("\n"));
  // The chart belongs to the first sight, so that it must be among them.
  expect(names).toContainEqual(expect.stringMatching(/time-chart-canvas/));
  expect(new Set(names).size).toBe(names.length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(SCRIPT_BYTES);
  // What was asked before the page was drawn is not asked again.
  expect(reader.requested.filter((address) => address.endsWith("/dashboard"))).toHaveLength(1);
  expect(reader.requested.filter((address) => address.endsWith("/session"))).toHaveLength(1);
  expect(tab.sockets).toHaveLength(1);
  await reader.context.close();
});

it("keeps neither elements nor listeners of updates that are over", async () => {
  const reader = await instance.arrive(browser, "nobody");
  // Thirty days, whose panels are full: today has begun a moment ago at some hour of the day.
  const tab = await reader.open(`share/${SHARES.open}`);
  await untilLive(tab);
  const devtools = await reader.context.newCDPSession(tab.page);
  const updates = (): number => tab.frames.filter((frame) => frame.includes('"liveDashboard"')).length;
  const untilUpdates = async (count: number): Promise<void> => {
    const end = updates() + count;
    await expect
      .poll(
        async () => {
          await instance.hit();
          return updates();
        },
        { timeout: 3 * PATIENCE, interval: 250, message: "live updates" },
      )
      .toBeGreaterThanOrEqual(end);
  };
  await untilUpdates(FIRST_UPDATES);
  const before = await counters(devtools);
  await untilUpdates(UPDATES);
  const after = await counters(devtools);
  console.warn(`after ${UPDATES} updates: ${JSON.stringify(before)} → ${JSON.stringify(after)}`);
  // A row more in a panel is no leak, nor is its flag, which is a document of its own; what is kept once an update is.
  expect(after.documents - before.documents).toBeLessThan(UPDATES / 2);
  expect(after.nodes - before.nodes).toBeLessThan(before.nodes / 4);
  expect(after.jsEventListeners - before.jsEventListeners).toBeLessThan(UPDATES);
  await reader.context.close();
});

interface Counters {
  documents: number;
  nodes: number;
  jsEventListeners: number;
}

/** What lives in the page once all that nobody holds is gone. */
async function counters(devtools: CDPSession): Promise<Counters> {
  await devtools.send("HeapProfiler.collectGarbage");
  await devtools.send("HeapProfiler.collectGarbage");
  return devtools.send("Memory.getDOMCounters");
}
