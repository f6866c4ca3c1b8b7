import { expect, test } from "vitest";
import { guess } from "./guess";
import { estimate, passwordProblem, strengthOf } from "./strength";

test("nothing typed says nothing, a short one how much is missing", () => {
  expect(strengthOf("", null)).toBeNull();
  expect(strengthOf("a", null)).toMatchObject({ level: "short", text: "11 more characters needed." });
  expect(strengthOf("a".repeat(11), null)?.text).toBe("1 more character needed.");
  // Characters as people count them, not UTF-16 units.
  expect(strengthOf("🐕".repeat(11), null)?.text).toBe("1 more character needed.");
});

test("long enough but not estimated yet says nothing", () => {
  expect(strengthOf("correct horse battery", null)).toBeNull();
});

test("scores become words, with the reason while there is something to better", () => {
  const of = (score: number, warning: string | null = null) =>
    strengthOf("a password of some length", { score, warning });
  expect(of(0, "common")).toEqual({
    level: "weak",
    bars: 1,
    text: "Easy to guess. This is a commonly used password.",
  });
  expect(of(2)?.level).toBe("fair");
  expect(of(3)?.text).toBe("Good.");
  expect(of(4, "common")).toEqual({ level: "strong", bars: 4, text: "Strong." });
  expect(of(1, "a warning of a later version")?.text).toBe("Easy to guess.");
});

test("the guesser knows common passwords, keyboards and what belongs to the person", () => {
  expect(guess("password1234", []).score).toBeLessThan(2);
  expect(guess("qwertyuiop[]", []).score).toBeLessThan(2);
  expect(guess("mika@shop.test", ["mika@shop.test"])).toMatchObject({ score: 0, warning: "userInputs" });
  expect(guess("seven lamps under the old bridge", []).score).toBe(4);
});

test("an estimate comes by itself", async () => {
  expect((await estimate("aaaaaaaaaaaaaaaa", []))?.score).toBe(0);
});

test("too short and too long are told before the server is asked", () => {
  expect(passwordProblem("a".repeat(11))).toBe("Use at least 12 characters.");
  expect(passwordProblem("a".repeat(12))).toBeUndefined();
  expect(passwordProblem("a".repeat(129))).toBe("Use at most 128 characters.");
});
