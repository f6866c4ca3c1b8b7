// How many tries a guesser needs, by zxcvbn. Large, for its lists of passwords and words: only ever loaded lazily.

import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { type Estimate, MAX_PASSWORD } from "./strength";

const guesser = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: MAX_PASSWORD });

/** `own` is what a guesser who knows the person would try first. */
export function guess(password: string, own: string[]): Estimate {
  const words = own.flatMap((text) => [text, ...text.split(/[\s@.]+/)]).filter((word) => word.length > 2);
  const { score, feedback } = guesser.check(password, words);
  return { score, warning: feedback.warning };
}
