import type { OverviewSite } from "../../api/types";
import { Sparkline } from "../../components/Sparkline";
import { t, tn } from "../../i18n";
import { readableDomain } from "../../lib/domain";
import { formatChange, formatCount, formatExact } from "../../lib/format";
import { urls } from "../../lib/urls";

/** A site: the whole card is its link. One that never counted anything leads to its snippet, for whoever may put it there. */
export function SiteCard({ site, canSetUp }: { site: OverviewSite; canSetUp: boolean }) {
  const isWaiting = !site.first_event_at;
  const domain = readableDomain(site.domain);
  return (
    <li class="card-box relative flex h-34 flex-col sm:h-40 p-4 transition-colors focus-within:border-accent hover:border-base-content/25">
      <div class="flex items-start gap-3">
        <div class="min-w-0 grow">
          <h2 class="truncate text-[0.9375rem] font-semibold" title={domain}>
            <a
              href={isWaiting && canSetUp ? urls.setup(site.domain) : urls.site(site.domain)}
              class="after:absolute after:inset-0 after:rounded-box focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
            >
              {domain}
            </a>
          </h2>
          <p class="h-5 truncate text-[0.8125rem] text-quiet">{site.name !== site.domain && site.name}</p>
        </div>
        {site.online > 0 && (
          <p class="flex shrink-0 items-center gap-2.5 text-[0.8125rem] whitespace-nowrap">
            <span aria-hidden="true" class="pulse pulse-on" />
            <span>
              <strong class="font-semibold tabular-nums">{formatCount(site.online)}</strong>{" "}
              <span class="text-quiet">{t("live.online_short")}</span>
            </span>
          </p>
        )}
      </div>
      {isWaiting ? <Waiting canSetUp={canSetUp} /> : <Today site={site} />}
    </li>
  );
}

function Waiting({ canSetUp }: { canSetUp: boolean }) {
  return (
    <div class="mt-auto flex items-start gap-3.5 pb-1">
      <span aria-hidden="true" class="pulse pulse-on mt-1.5 ml-1 shrink-0 bg-accent!" />
      <div>
        <p class="font-medium">{t("setup.waiting")}</p>
        {canSetUp && <p class="text-[0.8125rem] text-primary">{t("empty.waiting_action")}</p>}
      </div>
    </div>
  );
}

const TONES = { better: "text-better", worse: "text-worse", same: "text-quiet" } as const;

function Today({ site }: { site: OverviewSite }) {
  const change = site.change == null ? null : formatChange("visitors", site.change);
  return (
    <div class="mt-auto grid grid-cols-[auto_minmax(0,1fr)] items-end gap-5">
      <div class="min-w-24">
        <p class="text-[1.75rem] leading-9 font-semibold tabular-nums" title={formatExact(site.visitors)}>
          {formatCount(site.visitors)}
        </p>
        <p class="text-xs whitespace-nowrap text-quiet">
          {tn("sites.visitors_word", site.visitors)}
          {change && (
            <>
              {" "}
              <span class={`font-medium tabular-nums ${TONES[change.tone]}`} title={t("sites.change")}>
                {change.text}
                <span class="sr-only"> {t("sites.change")}</span>
              </span>
            </>
          )}
        </p>
      </div>
      <Sparkline values={site.days.map(({ visitors }) => visitors)} label={daysInWords(site)} />
    </div>
  );
}

function daysInWords({ days }: OverviewSite): string {
  const counts = days.map(({ visitors }) => visitors);
  // Today is not over: it is no low.
  const over = counts.length > 1 ? counts.slice(0, -1) : counts;
  return t("sites.days", {
    days: days.length,
    low: formatCount(Math.min(...over)),
    high: formatCount(Math.max(...counts)),
    yesterday: formatCount(over.at(-1) ?? 0),
  });
}
