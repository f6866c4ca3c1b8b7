// What the reader holds still: while paused, a page is as a hidden tab, without subscription and without polling, and
// catches up with the first value when it goes on.

import { type ReadonlySignal, signal } from "@preact/signals";
import type { LiveWorld } from "../api/live";

export interface Pause {
  paused: ReadonlySignal<boolean>;
  toggle(): void;
  /** Goes on, for who comes next. */
  end(): void;
  /** The world as those see it who keep things live. */
  world: LiveWorld;
}

export function createPause(world: LiveWorld): Pause {
  const paused = signal(false);
  return {
    paused,
    toggle() {
      paused.value = !paused.peek();
    },
    end() {
      paused.value = false;
    },
    world: {
      ...world,
      isHidden: () => paused.peek() || world.isHidden(),
      onVisibility(listener) {
        let isFirst = true;
        const off = [
          world.onVisibility(listener),
          paused.subscribe(() => {
            if (!isFirst) listener();
            isFirst = false;
          }),
        ];
        return () => {
          for (const end of off) end();
        };
      },
    },
  };
}
