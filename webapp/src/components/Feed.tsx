// Events as they come, newest first. While one points at it or walks through it, it stands still and says how much is new.

import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { t, tn } from "../i18n";
import { momentOf } from "../lib/moments";
import { countryName, valueName } from "../lib/names";
import { type FeedRow, newsAbove, shortAgo } from "../lib/realtime";
import { Flag } from "./Flag";

/** How often "10s ago" is looked at again. */
const TICK_MS = 5_000;

export function Feed({ rows }: { rows: ReadonlySignal<readonly FeedRow[]> }) {
  const [isOver, setOver] = useState(false);
  const [isScrolled, setScrolled] = useState(false);
  const held = useRef<readonly FeedRow[] | null>(null);
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const latest = rows.value;
  held.current = isOver || isScrolled ? (held.current ?? latest) : null;
  const shown = held.current ?? latest;
  const news = newsAbove(latest, shown);

  return (
    <section aria-labelledby="feed-heading" class="card-box min-w-0 p-4 sm:p-5">
      <header class="mb-2 flex min-h-8 items-center justify-between gap-4">
        <h2 id="feed-heading" class="text-[0.9375rem] font-semibold">
          {t("realtime.feed")}
        </h2>
        {held.current && (
          <span class="text-xs text-quiet">{news > 0 ? tn("realtime.news", news) : t("realtime.held")}</span>
        )}
      </header>
      {shown.length === 0 ? (
        <p class="px-2 py-8 text-center text-[0.8125rem] text-quiet">{t("realtime.feed_empty")}</p>
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: no fieldset
        <div
          role="group"
          aria-labelledby="feed-heading"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          class="max-h-96 overflow-y-auto overscroll-contain rounded-lg"
          onPointerEnter={() => setOver(true)}
          onPointerLeave={() => setOver(false)}
          onFocus={() => setOver(true)}
          onBlur={() => setOver(false)}
          onScroll={(event) => setScrolled(event.currentTarget.scrollTop > 4)}
        >
          <ol data-testid="feed">
            {shown.map((row) => (
              <FeedLine key={row.key} row={row} now={now} />
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}

function FeedLine({ row, now }: { row: FeedRow; now: number }) {
  const country = countryName(row.country);
  const source = row.source === "" ? t("realtime.direct") : row.source;
  return (
    <li class="flex h-9 items-center gap-3 border-b border-line px-2 text-[0.8125rem] last:border-0">
      <span role="img" aria-label={country} title={country} class="flex shrink-0">
        <Flag country={row.country} />
      </span>
      {row.kind === "custom" && (
        <strong class="max-w-40 shrink-0 truncate rounded-full bg-accent/14 px-2 py-0.5 text-xs font-medium">
          {row.name}
        </strong>
      )}
      <span class="min-w-0 grow truncate" title={row.page}>
        {row.page}
      </span>
      <span class="hidden w-36 truncate text-quiet sm:block" title={source}>
        {source}
      </span>
      <span class="hidden w-24 truncate text-quiet md:block">{valueName("visit:browser", row.browser)}</span>
      <time
        dateTime={row.at}
        title={momentOf(row.at)}
        class="w-18 shrink-0 text-right whitespace-nowrap text-quiet tabular-nums"
      >
        {shortAgo(row.at, now)}
      </time>
    </li>
  );
}
