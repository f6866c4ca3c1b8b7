import { useLayoutEffect } from "preact/hooks";
import { t } from "../i18n";

/** Names the page in the tab of the browser, together with what the page shows: never a moment later, when it may no longer be true. */
export function useTitle(title: string | undefined): void {
  useLayoutEffect(() => {
    document.title = title ? `${title} · ${t("app.name")}` : t("app.name");
  }, [title]);
}
