// All sites at a glance: who is there now, how today goes, and how the last two weeks went.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { getOverview } from "../../api/client";
import { browserWorld } from "../../api/live";
import type { OverviewSite } from "../../api/types";
import { ErrorBox } from "../../components/ErrorBox";
import { Icon } from "../../components/Icon";
import { SitesSkeleton } from "../../components/Skeleton";
import { useKeys } from "../../components/use-keys";
import { useTitle } from "../../components/use-title";
import { t, tn } from "../../i18n";
import { formatCount } from "../../lib/format";
import { matchesSite } from "../../lib/site-search";
import { urls } from "../../lib/urls";
import { canManage } from "../../state/me";
import { createOverview } from "../../state/overview";
import { SiteCard } from "./SiteCard";

const overview = createOverview(getOverview, browserWorld);

export function AllSites() {
  const [search, setSearch] = useState("");
  useTitle(t("sites.title"));
  useEffect(() => {
    const close = overview.open();
    return () => {
      close();
      // Another account, or another day: nothing old is shown first.
      overview.forget();
    };
  }, []);

  const list = overview.sites.value;
  const isSearching = search.trim() !== "";
  // A search is over all sites, those of later pages, too.
  const isPartly = overview.hasMore.value;
  useEffect(() => {
    if (isSearching && isPartly) void overview.rest();
  }, [isSearching, isPartly]);
  const found = useMemo(() => list?.filter((site) => matchesSite(site, search)) ?? [], [list, search]);

  return (
    <div class="py-2 sm:py-4">
      <div class="mb-4 flex flex-wrap items-center gap-x-4 gap-y-3">
        <div class="min-w-0 basis-full sm:grow sm:basis-0">
          <h1 class="text-xl font-semibold">{t("sites.title")}</h1>
          <p class="min-h-5 text-[0.8125rem] text-quiet">{list && <Sum sites={list} />}</p>
        </div>
        <Search value={search} onInput={setSearch} />
        {canManage.value && (
          <a href={urls.newSite} class="btn btn-plain btn-sm h-9">
            <Icon name="plus" />
            {t("nav.add_site")}
          </a>
        )}
      </div>
      {overview.error.value ? (
        <ErrorBox error={overview.error.value} onRetry={overview.retry} />
      ) : list === null ? (
        <SitesSkeleton />
      ) : (
        <>
          {found.length === 0 && (
            <p class="card-box px-6 py-10 text-center text-quiet">
              {t("sites.none_found", { search: search.trim() })}
            </p>
          )}
          <ul class="grid grid-cols-1 gap-3 sm:grid-cols-2 sm:gap-4 lg:grid-cols-3">
            {found.map((site) => (
              <SiteCard key={site.id} site={site} canSetUp={canManage.value} />
            ))}
          </ul>
          {overview.hasMore.value && !isSearching && <More />}
        </>
      )}
      <p role="status" class="sr-only">
        {isSearching && list && tn("sites.found", found.length)}
      </p>
    </div>
  );
}

/** Over all that are shown; says when the numbers could not be renewed. */
function Sum({ sites }: { sites: readonly OverviewSite[] }) {
  if (overview.isStale.value) return <>{t("sites.stale")}</>;
  if (overview.hasMore.value) return null;
  const online = sites.reduce((sum, site) => sum + site.online, 0);
  const visitors = sites.reduce((sum, site) => sum + site.visitors, 0);
  return (
    <>
      {tn("live.online", online, { count: formatCount(online) })} · {tn("sites.visitors_today", visitors)}
    </>
  );
}

function Search({ value, onInput }: { value: string; onInput: (value: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useKeys({
    "/": () => {
      field.current?.focus();
      field.current?.select();
    },
  });
  return (
    <search class="relative min-w-0 flex-1 sm:w-56 sm:flex-none">
      <input
        ref={field}
        type="search"
        aria-label={t("sites.search")}
        aria-keyshortcuts="/"
        placeholder={t("sites.search")}
        class={`input h-9 ${value === "" ? "pr-9" : "pr-2"}`}
        spellcheck={false}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || value === "") return;
          event.preventDefault();
          onInput("");
        }}
      />
      {value === "" && (
        <span
          aria-hidden="true"
          class="pointer-events-none absolute top-2 right-2.5 hidden rounded border border-line px-1.5 text-xs leading-4.5 text-quiet sm:block"
        >
          /
        </span>
      )}
    </search>
  );
}

function More() {
  const [isLoading, setLoading] = useState(false);
  const more = async () => {
    setLoading(true);
    await overview.more();
    setLoading(false);
  };
  return (
    <div class="mt-5 text-center">
      <button type="button" class="btn btn-plain btn-sm" disabled={isLoading} onClick={more}>
        {t("panel.more")}
      </button>
    </div>
  );
}
