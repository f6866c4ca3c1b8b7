// Rows glide to their new places when their order changes, and new ones fade in. Moves that overlap add up, so that
// numbers that change every second make no row jump.

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { moves } from "../../lib/flip";

const DURATION_MS = 350;

/** The children of `list` are in the order of `keys`. */
export function useFlip(list: RefObject<HTMLElement | null>, keys: readonly string[]): void {
  const before = useRef<readonly string[] | null>(null);
  const order = keys.join("\n");

  // biome-ignore lint/correctness/useExhaustiveDependencies: `order` is the keys as text
  useLayoutEffect(() => {
    const was = before.current;
    before.current = keys;
    const rows = list.current?.children;
    if (!was || !rows || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const [first, second] = [rows[0], rows[1]] as (HTMLElement | undefined)[];
    const pitch = first && second ? second.offsetTop - first.offsetTop : 36;
    for (const [key, places] of moves(was, keys)) {
      rows[keys.indexOf(key)]?.animate(
        places === null
          ? { opacity: [0, 1] }
          : { transform: [`translateY(${places * pitch}px)`, "translateY(0)"] },
        {
          duration: DURATION_MS,
          easing: "cubic-bezier(0.2, 0.7, 0.3, 1)",
          composite: places === null ? "replace" : "add",
        },
      );
    }
  }, [order]);
}
