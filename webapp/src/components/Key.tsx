import { t } from "../i18n";
import type { Shortcut } from "../lib/keys";
import { keysWanted } from "../state/shortcuts";

/** A key as a hint at the end of an entry; not where there is no keyboard. */
export function KeyHint({ keys }: { keys: Shortcut | undefined }) {
  if (!keys || !keysWanted.value) return null;
  return (
    <span aria-hidden="true" class="ml-auto pl-4 pointer-coarse:hidden">
      <Keys keys={keys} />
    </span>
  );
}

/** Keys as they stand on the keyboard. */
export function Keys({ keys }: { keys: Shortcut }) {
  const caps = keys.split(" ");
  return (
    <span class="inline-flex items-center gap-1">
      {caps.map((cap, index) => (
        <>
          {index > 0 && <span class="text-xs text-quiet">{t("keys.then")}</span>}
          <kbd key={cap} class="key">
            {cap === "Escape" ? "Esc" : cap}
          </kbd>
        </>
      ))}
    </span>
  );
}
