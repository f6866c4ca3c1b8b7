// All keys that do something on this page, and the switch that turns them off.

import { t } from "../i18n";
import { KEY_GROUPS, PERIOD_KEYS, type Shortcut } from "../lib/keys";
import { actionOf, keysWanted, wantKeys } from "../state/shortcuts";
import { Dialog } from "./Dialog";
import { Keys } from "./Key";
import { TickField } from "./MoreFields";

export function KeySheet({ onClose }: { onClose: () => void }) {
  // Escape does nothing without filters, but one wants to know it beforehand.
  const isActive = (keys: Shortcut) => keys === "Escape" || actionOf(keys) !== undefined;
  const groups = KEY_GROUPS.map(([name, keys]) => ({ name, keys: keys.filter(isActive) }));
  return (
    <Dialog title={t("keys.title")} wide onClose={onClose}>
      <div class="gap-8 sm:columns-2">
        {groups
          .filter(({ keys }) => keys.length > 0)
          .map(({ name, keys }) => (
            <section key={name} class="break-inside-avoid pb-5">
              <h3 class="pb-1.5 text-xs text-quiet">{t(`keys.group.${name}`)}</h3>
              <dl class="space-y-1.5">
                {keys.map((key) => (
                  <div key={key} class="flex items-center justify-between gap-4">
                    <dt>{words(key)}</dt>
                    <dd>
                      <Keys keys={key} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
      </div>
      <TickField
        label={t("keys.wanted")}
        hint={t("keys.wanted_hint")}
        name="keys"
        checked={keysWanted.value}
        onChange={wantKeys}
      />
    </Dialog>
  );
}

function words(key: Shortcut): string {
  if (key in PERIOD_KEYS) return t(`period.${PERIOD_KEYS[key as keyof typeof PERIOD_KEYS]}`);
  return t(`keys.${key as Exclude<Shortcut, keyof typeof PERIOD_KEYS>}`);
}
