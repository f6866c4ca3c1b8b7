import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** The key "/" goes to a search field, unless something is being typed. */
export function useSlash(field: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented)
        return;
      if (
        (event.target as HTMLElement).closest(
          "input, textarea, select, [contenteditable], dialog, [role=dialog]",
        )
      )
        return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [field]);
}
