import { useState } from "preact/hooks";
import { t, tn } from "../i18n";
import { formatExact } from "../lib/format";
import { dropName, noticeText } from "../lib/names";
import { me } from "../state/me";
import { Icon } from "./Icon";

/** What the administrator or the owner should know; each can be put away until the page is loaded again. */
export function Notices({ notices }: { notices: readonly string[] }) {
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  const all = [...new Set([...notices, ...(me.value?.notices ?? [])])];
  const shown = all.filter((notice) => !dismissed.includes(notice));
  if (shown.length === 0) return null;
  return (
    <ul aria-label={t("notice.label")} class="space-y-2">
      {shown.map((notice) => (
        <li
          key={notice}
          class="flex items-start gap-3 rounded-box border border-accent/35 bg-accent/10 py-3 pr-2 pl-4 text-[0.8125rem]"
        >
          <Icon name="alert" class="mt-0.5 text-primary" />
          <p class="min-w-0 grow break-words">{noticeText(notice)}</p>
          <button
            type="button"
            class="-my-1 grid size-7 shrink-0 place-items-center rounded-full text-quiet hover:text-base-content"
            aria-label={t("app.dismiss")}
            onClick={() => setDismissed([...dismissed, notice])}
          >
            <Icon name="close" size={14} />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** How many hits were not counted; opening it tells why. */
export function Drops({ drops }: { drops: readonly { reason: string; count: number }[] }) {
  const total = drops.reduce((sum, drop) => sum + drop.count, 0);
  if (total === 0) return null;
  return (
    <details class="px-1 text-[0.8125rem] text-quiet">
      <summary class="w-fit underline decoration-dotted underline-offset-4 hover:text-base-content">
        {tn("drops.summary", total)}
      </summary>
      <dl class="mt-2 grid w-fit grid-cols-[auto_auto] gap-x-6 gap-y-1">
        {[...drops]
          .sort((a, b) => b.count - a.count)
          .map((drop) => [
            <dt key={`${drop.reason}-name`}>{dropName(drop.reason)}</dt>,
            <dd key={drop.reason} class="text-right text-base-content">
              {formatExact(drop.count)}
            </dd>,
          ])}
      </dl>
    </details>
  );
}
