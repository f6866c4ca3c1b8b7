import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../api/problem";
import type { OverviewSite } from "../api/types";
import { createOverview, PAGE } from "./overview";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const site = (id: string, visitors: number): OverviewSite => ({
  id,
  domain: `${id}.example`,
  name: id,
  timezone: "UTC",
  public: false,
  online: 0,
  visitors,
  previous_visitors: 0,
  pageviews: 0,
  days: [],
});

/** A server whose sites are listed by visitors, and a tab that can be hidden. */
function setUp(all: OverviewSite[]) {
  const server = { all, fails: false, asked: 0 };
  const tab = { hidden: false, tell: () => undefined as unknown };
  const overview = createOverview(
    async (limit, after) => {
      server.asked += 1;
      if (server.fails) throw new ApiError(503);
      const sorted = [...server.all].sort((a, b) => b.visitors - a.visitors);
      const from = after === null ? 0 : Number(after);
      const end = from + limit;
      return {
        as_of: "",
        sites: sorted.slice(from, end),
        ...(end < sorted.length ? { next: `${end}` } : {}),
      };
    },
    {
      isHidden: () => tab.hidden,
      onVisibility: (listener) => {
        tab.tell = listener;
        return () => undefined;
      },
    },
  );
  return { server, tab, overview, ids: () => overview.sites.value?.map(({ id }) => id) };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

test("numbers change where they stand; whoever comes back finds them sorted", async () => {
  const { server, tab, overview, ids } = setUp([site("a", 5), site("b", 9)]);
  const close = overview.open();
  await settle();
  expect(ids()).toEqual(["b", "a"]);

  server.all = [site("a", 20), site("b", 9), site("c", 50)];
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ids()).toEqual(["b", "a", "c"]);
  expect(overview.sites.value?.[1]?.visitors).toBe(20);

  tab.hidden = true;
  tab.tell();
  const { asked } = server;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked).toBe(asked);

  tab.hidden = false;
  tab.tell();
  await settle();
  expect(ids()).toEqual(["c", "a", "b"]);

  server.all = [site("a", 20)];
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ids()).toEqual(["a"]);
  close();
  const { asked: last } = server;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked).toBe(last);
});

test("pages are added, and renewed together", async () => {
  const many = Array.from({ length: 2 * PAGE + 3 }, (_, index) => site(`s${index}`, 1_000 - index));
  const { overview, ids } = setUp(many);
  overview.open();
  await settle();
  expect(ids()).toHaveLength(PAGE);
  await overview.more();
  expect(ids()).toHaveLength(2 * PAGE);
  expect(overview.hasMore.value).toBe(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ids()).toHaveLength(2 * PAGE);
  await overview.rest();
  expect(ids()).toHaveLength(2 * PAGE + 3);
  expect(overview.hasMore.value).toBe(false);
});

test("a failure before anything is shown is an error; later the numbers stay and say that they are old", async () => {
  const { server, overview, ids } = setUp([site("a", 1)]);
  server.fails = true;
  overview.open();
  await settle();
  expect(overview.error.value?.status).toBe(503);
  server.fails = false;
  overview.retry();
  await settle();
  expect(overview.error.value).toBeNull();
  expect(ids()).toEqual(["a"]);
  server.fails = true;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(overview.isStale.value).toBe(true);
  expect(ids()).toEqual(["a"]);
  server.fails = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(overview.isStale.value).toBe(false);
});
