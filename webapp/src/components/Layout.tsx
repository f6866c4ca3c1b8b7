import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { lazyPart } from "./lazy-part";
import { useKeys } from "./use-keys";

const KeySheet = lazyPart(() => import("./KeySheet").then((module) => module.KeySheet));

/** A page of the app: at most 1152 px wide, with a way past the header for keyboards. */
export function Layout({ header, children }: { header: ComponentChildren; children: ComponentChildren }) {
  const [showsKeys, setShowsKeys] = useState(false);
  useKeys({ "?": () => setShowsKeys(true) });
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
      {showsKeys && <KeySheet onClose={() => setShowsKeys(false)} />}
    </div>
  );
}
