import { expect, test } from "vitest";
import { agoOf } from "./moments";

const now = Date.parse("2026-11-24T12:00:00Z");
const ago = (seconds: number) => agoOf(new Date(now - seconds * 1000).toISOString(), now);

test("how long ago, in the largest unit that fits", () => {
  expect(ago(20)).toBe("just now");
  expect(ago(-20)).toBe("just now");
  expect(ago(5 * 60)).toBe("5 minutes ago");
  expect(ago(3_600)).toBe("1 hour ago");
  expect(ago(86_400)).toBe("yesterday");
  expect(ago(-7 * 86_400)).toBe("in 7 days");
  expect(ago(59 * 60 + 50)).toBe("1 hour ago");
  expect(ago(400 * 86_400)).toBe("last year");
});
