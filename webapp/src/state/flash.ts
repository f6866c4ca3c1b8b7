// One line at the bottom of the page for what failed outside a form. It goes by itself.

import { signal } from "@preact/signals";

export const flashText = signal<string | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

export function flash(text: string): void {
  clearTimeout(timer);
  flashText.value = text;
  timer = setTimeout(() => {
    flashText.value = null;
  }, 6_000);
}
