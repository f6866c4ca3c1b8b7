import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/**
 * For a list whose entries are taken away by buttons of their own: when the one that has the focus goes, the button in its
 * place gets it, else the main part of the page. Otherwise a keyboard would have to begin at the top again.
 */
export function useKeptFocus<T extends HTMLElement>(): RefObject<T | null> {
  const list = useRef<T>(null);
  /** Which of the buttons has the focus; -1 while it is elsewhere. */
  const at = useRef(-1);

  useEffect(() => {
    const onFocus = ({ target }: FocusEvent) => {
      at.current = buttonsIn(list.current).indexOf(target as HTMLElement);
    };
    const onPointer = ({ target }: PointerEvent) => {
      if (!list.current?.contains(target as Node)) at.current = -1;
    };
    document.addEventListener("focusin", onFocus);
    document.addEventListener("pointerdown", onPointer);
    return () => {
      document.removeEventListener("focusin", onFocus);
      document.removeEventListener("pointerdown", onPointer);
    };
  }, []);

  // After every draw, as any may have taken a button away.
  useLayoutEffect(() => {
    if (at.current < 0 || isFocusSomewhere()) return;
    const buttons = buttonsIn(list.current);
    (buttons[Math.min(at.current, buttons.length - 1)] ?? document.getElementById("main"))?.focus();
  });

  return list;
}

const buttonsIn = (list: HTMLElement | null) => [...(list?.querySelectorAll<HTMLElement>("button") ?? [])];

const isFocusSomewhere = () => document.activeElement !== null && document.activeElement !== document.body;
