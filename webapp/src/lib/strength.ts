// How good a password is, in words. The estimate is made by a library that is loaded when someone types the first one.

import { t, tMaybe, tn } from "../i18n";

export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 128;

/** What an estimate says: 0 (guessed at once) to 4, and why. */
export interface Estimate {
  score: number;
  warning: string | null;
}
export type Level = "short" | "weak" | "fair" | "good" | "strong";
export interface Strength {
  level: Level;
  /** How many of four bars are lit. */
  bars: number;
  text: string;
}

export const lengthOf = (password: string): number => [...password].length;

/** Words for a password and its estimate; without an estimate only its length can be told. */
export function strengthOf(password: string, estimate: Estimate | null): Strength | null {
  const length = lengthOf(password);
  if (length === 0) return null;
  if (length < MIN_PASSWORD)
    return { level: "short", bars: 1, text: tn("strength.short", MIN_PASSWORD - length) };
  if (length > MAX_PASSWORD) return { level: "short", bars: 1, text: t("auth.password_long") };
  if (estimate === null) return null;
  const [level, bars] = GRADES[Math.min(estimate.score, 4)] ?? GRADES[0];
  const why = estimate.warning && bars < 4 ? tMaybe(`strength.why.${estimate.warning}`) : undefined;
  return { level, bars, text: [t(`strength.${level}`), why].filter(Boolean).join(" ") };
}

const GRADES = [
  ["weak", 1],
  ["weak", 1],
  ["fair", 2],
  ["good", 3],
  ["strong", 4],
] as const satisfies readonly (readonly [Level, number])[];

/** What is wrong with a new password before the server is asked. */
export function passwordProblem(password: string): string | undefined {
  const length = lengthOf(password);
  if (length < MIN_PASSWORD) return t("auth.password_short");
  return length > MAX_PASSWORD ? t("auth.password_long") : undefined;
}

/** A guesser's work, loaded on first use. */
let loading: Promise<(password: string, own: string[]) => Estimate> | undefined;

export async function estimate(password: string, own: readonly string[]): Promise<Estimate | null> {
  loading ??= import("./guess").then(({ guess }) => guess);
  try {
    return (await loading)(password, [...own]);
  } catch {
    // It could not be loaded: the server still refuses what is too easy.
    loading = undefined;
    return null;
  }
}
