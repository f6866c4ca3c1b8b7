import type { Dashboard } from "../api/types";
import { t } from "../i18n";
import { readableDomain } from "../lib/domain";
import { urls } from "../lib/urls";
import { canManage } from "../state/me";
import { findSite } from "../state/sites";

/** A site that has never counted anything wants its snippet first. */
export function Waiting({ data }: { data: Dashboard }) {
  const site = findSite(data.site.id);
  if (!site || site.first_event_at || data.totals.events.value > 0) return null;
  return (
    <div class="card-box flex gap-x-3 px-4 py-3">
      <span aria-hidden="true" class="pulse pulse-on mx-1 mt-1.5 shrink-0 bg-accent!" />
      <p class="flex min-w-0 flex-wrap gap-x-3 gap-y-1">
        <span class="min-w-0 break-words">{t("empty.waiting", { site: readableDomain(site.domain) })}</span>
        <a href={urls.setup(site.domain)} class="font-medium text-primary hover:underline">
          {t("empty.waiting_action")}
        </a>
        {canManage.value && (
          <a href={urls.check(site.domain)} class="font-medium text-primary hover:underline">
            {t("empty.waiting_check")}
          </a>
        )}
      </p>
    </div>
  );
}
