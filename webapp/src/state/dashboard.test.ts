import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../api/problem";
import type { Dashboard } from "../api/types";
import { createBoard } from "./dashboard";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const nothing = () => () => undefined;
const world = {
  isHidden: () => false,
  isOffline: () => false,
  onVisibility: nothing,
  onOnline: nothing,
  onOffline: nothing,
  random: () => 0.5,
  now: Date.now,
};

function start(...answers: (number | "good")[]) {
  const seen = { asked: 0 };
  const board = createBoard(
    {
      async getDashboard() {
        const answer = answers[Math.min(seen.asked, answers.length - 1)];
        seen.asked += 1;
        if (typeof answer === "number") throw new ApiError(answer);
        return { site: { id: "1", domain: "lumen.blog" }, online: 7, panels: {} } as Dashboard;
      },
      subscribeDashboard: nothing,
    },
    world,
  );
  const stop = board.open("lumen.blog", { date_range: "day" });
  return { board, seen, stop };
}

test("a server that is away is asked again, with growing pauses, until it answers", async () => {
  const { board, seen } = start(0, 503, "good");
  await vi.advanceTimersByTimeAsync(0);
  expect(board.error.value?.status).toBe(0);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen.asked).toBe(2);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(board.error.value).toBeNull();
  expect(board.data.value?.online).toBe(7);
  expect(board.line.online.value).toBe(7);
});

test("what is refused is not asked again", async () => {
  const { board, seen } = start(400);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen.asked).toBe(1);
  expect(board.error.value?.status).toBe(400);
});

test("another question ends the wait", async () => {
  const { seen, stop } = start(0);
  await vi.advanceTimersByTimeAsync(0);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen.asked).toBe(1);
});

test("another site forgets the numbers of the last one, another question of the same site does not", async () => {
  const { board, stop } = start("good");
  await vi.advanceTimersByTimeAsync(0);
  stop();
  board.open("lumen.blog", { date_range: "7d" })();
  expect(board.line.online.value).toBe(7);
  board.open("other.blog", { date_range: "7d" });
  expect(board.data.value).toBeNull();
  expect(board.line.online.value).toBeNull();
});

test("what was asked ahead is asked once, and not kept for another question", async () => {
  const { board, seen, stop } = start("good");
  await vi.advanceTimersByTimeAsync(0);
  stop();
  board.begin("lumen.blog", { date_range: "7d" });
  await vi.advanceTimersByTimeAsync(0);
  const close = board.open("lumen.blog", { date_range: "7d" });
  await vi.advanceTimersByTimeAsync(0);
  expect(seen.asked).toBe(2);
  expect(board.isRefreshing.value).toBe(false);
  close();

  board.begin("lumen.blog", { date_range: "30d" });
  board.open("lumen.blog", { date_range: "day" });
  await vi.advanceTimersByTimeAsync(0);
  expect(seen.asked).toBe(4);
  expect(board.data.value?.online).toBe(7);
});

test("what says the same at another time is not drawn again, and what says more is", async () => {
  const told: Dashboard[] = [];
  let tell = (_: Dashboard): void => undefined;
  const answer = (online: number, as_of: string) =>
    ({ site: { id: "1", domain: "lumen.blog" }, online, as_of, panels: {} }) as Dashboard;
  const board = createBoard(
    {
      getDashboard: async () => answer(7, "2026-11-24T10:00:00Z"),
      subscribeDashboard(_site, _query, sink) {
        tell = sink.next;
        return () => undefined;
      },
    },
    world,
  );
  board.data.subscribe((data) => data && told.push(data));
  const stop = board.open("lumen.blog", { date_range: "day" });
  await vi.advanceTimersByTimeAsync(1_000);
  tell(answer(7, "2026-11-24T10:00:01Z"));
  expect(told.map(({ online }) => online)).toEqual([7]);
  tell(answer(8, "2026-11-24T10:00:02Z"));
  expect(told.map(({ online }) => online)).toEqual([7, 8]);
  stop();
});
