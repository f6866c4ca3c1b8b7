import { t } from "../../i18n";
import type { Card, Tab } from "../../lib/view";
import { useViewer } from "../../state/viewer";

/** A panel without rows says what will be there, and to members how. */
export function Empty({ card, tab, isFiltered }: { card: Card; tab: Tab; isFiltered: boolean }) {
  const isMember = useViewer().limits === null;
  const isPlaces = tab === "regions" || tab === "cities";
  const hint = isPlaces
    ? "panel.empty.places"
    : tab === "campaigns"
      ? "panel.empty.campaigns"
      : (`panel.empty.${card}` as const);
  return (
    <div class="flex flex-col items-center gap-1 px-4 py-10 text-center text-[0.8125rem]">
      <p class="font-medium">{t(isFiltered ? "panel.empty_filtered" : "panel.empty")}</p>
      {!isFiltered && isMember && <p class="max-w-xs text-quiet">{t(hint)}</p>}
      {!isFiltered && isMember && card === "events" && (
        <pre class="snippet mt-1 px-3 py-2 text-left">
          <code>{'haru("signup", { plan: "pro" })'}</code>
        </pre>
      )}
    </div>
  );
}
