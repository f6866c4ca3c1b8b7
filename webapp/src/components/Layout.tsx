import type { ComponentChildren } from "preact";
import { t } from "../i18n";

/** A page of the app: at most 1152 px wide, with a way past the header for keyboards. */
export function Layout({ header, children }: { header: ComponentChildren; children: ComponentChildren }) {
  return (
    <div class="mx-auto max-w-[74rem] px-4 pb-16">
      <button
        type="button"
        class="sr-only focus:not-sr-only focus:absolute focus:z-40 focus:rounded-lg focus:bg-card focus:px-3 focus:py-2"
        onClick={() => document.getElementById("main")?.focus()}
      >
        {t("app.skip")}
      </button>
      {header}
      <main id="main" tabIndex={-1} class="outline-none">
        {children}
      </main>
    </div>
  );
}
