import type { LiveState } from "../api/live";
import { t, tn } from "../i18n";
import { formatCount } from "../lib/format";

/** How many are there now. The pulse beats while the connection is live. */
export function Online({ count, state }: { count: number; state: LiveState }) {
  const title = state === "polling" ? t("live.polling") : tn("live.online", count);
  return (
    <p class="flex items-center gap-2.5 whitespace-nowrap" title={title}>
      <span
        aria-hidden="true"
        class={`pulse ml-1 ${state === "live" && count > 0 ? "pulse-on" : ""} ${state === "polling" ? "bg-quiet!" : ""}`}
      />
      <span>
        <strong data-testid="online" class="font-semibold tabular-nums">
          {formatCount(count)}
        </strong>
        <span class="sr-only sm:not-sr-only sm:ml-1.5 sm:text-quiet">
          {" "}
          {state === "polling" ? t("live.polling_short") : t("live.online_short")}
        </span>
      </span>
    </p>
  );
}
