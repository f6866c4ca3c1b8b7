import type { ComponentChildren } from "preact";

const TONES = {
  quiet: "bg-line/70 text-base-content",
  accent: "bg-accent/20 text-base-content",
  worse: "bg-worse/12 text-worse",
} as const;

/** A word about a row, such as a role or a state. */
export function Badge({
  tone = "quiet",
  children,
}: {
  tone?: keyof typeof TONES;
  children: ComponentChildren;
}) {
  return (
    <span class={`inline-block rounded-full px-2 py-px text-xs font-medium whitespace-nowrap ${TONES[tone]}`}>
      {children}
    </span>
  );
}
