// Light, dark or as the system. The choice is kept in this browser; `public/theme.js` applies it before the first paint.

import { signal } from "@preact/signals";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "haru_theme";
const NAMES: Record<Theme, string | null> = { system: null, light: "haru", dark: "haru-dark" };

const applied = document.documentElement.dataset.theme ?? null;
export const theme = signal<Theme>(THEMES.find((name) => NAMES[name] === applied) ?? "system");
/** Counts up when colours changed, for what is drawn on a canvas. */
export const themeVersion = signal(0);

export function chooseTheme(choice: Theme): void {
  const name = NAMES[choice];
  if (name === null) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  theme.value = choice;
  themeVersion.value += 1;
  try {
    if (name === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, name);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  themeVersion.value += 1;
});
