import { useEffect } from "preact/hooks";
import { t } from "../i18n";

/** Names the page in the tab of the browser. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · ${t("app.name")}` : t("app.name");
  }, [title]);
}
