// What is happening on a site now: the last half hour by minutes, what is looked at, where people came from, and for
// members the events as they come. The code comes when it is opened.

import { useEffect, useMemo } from "preact/hooks";
import type { PanelRow } from "../api/types";
import { t, tn } from "../i18n";
import { rowFilter } from "../lib/filters";
import type { View } from "../lib/view";
import { createNow } from "../state/realtime";
import { useViewer } from "../state/viewer";
import { ErrorBox } from "./ErrorBox";
import { Feed } from "./Feed";
import { MinuteChart } from "./MinuteChart";
import { Rows } from "./panels/Rows";
import { CardSkeleton } from "./Skeleton";

interface RealtimeProps {
  /** Domain or id, as the address has it. */
  site: string;
  timezone: string;
  hrefWith: (part: Partial<View>) => string;
}

export function Realtime({ site, timezone, hrefWith }: RealtimeProps) {
  const { connection, pause, board, limits } = useViewer();
  const isMember = limits === null;
  const now = useMemo(
    () => createNow(connection, pause.world, board.line, site, isMember),
    [connection, pause, board, site, isMember],
  );
  useEffect(() => now.open(), [now]);
  const data = now.data.value;
  const online = board.line.online.value;

  if (now.error.value) return <ErrorBox error={now.error.value} />;
  if (!data) return <CardSkeleton />;
  const lists = [
    { key: "pages", dimension: "event:page", rows: data.pages },
    { key: "sources", dimension: "visit:source", rows: data.sources },
  ] as const;
  const shown = lists.filter(({ rows }) => rows != null);
  return (
    <div class="space-y-4">
      <section aria-labelledby="realtime-heading" class="card-box space-y-4 p-4 sm:p-6">
        <header>
          <h2 id="realtime-heading" class="text-[0.8125rem] font-medium sm:text-sm">
            {t("realtime.online")}
          </h2>
          <p data-testid="realtime-online" class="text-[1.75rem] leading-tight font-semibold tabular-nums">
            {online ?? data.online}
          </p>
          <p class="text-xs text-quiet">{t("realtime.online_hint")}</p>
        </header>
        <MinuteChart minutes={data.minutes} timezone={timezone} />
      </section>
      <div class="grid grid-cols-1 gap-4 md:grid-cols-2">
        {shown.map(({ key, dimension, rows }) => (
          <section
            key={key}
            aria-labelledby={`realtime-${key}`}
            class={`card-box min-w-0 p-4 sm:p-5 ${shown.length === 1 ? "md:col-span-2" : ""}`}
          >
            <header class="mb-3 flex flex-wrap items-baseline justify-between gap-x-4">
              <h2 id={`realtime-${key}`} class="text-[0.9375rem] font-semibold">
                {t(`realtime.${key}`)}
              </h2>
              <p class="text-xs text-quiet">{tn("realtime.minutes", 30)}</p>
            </header>
            <List dimension={dimension} rows={rows ?? []} hrefWith={hrefWith} />
          </section>
        ))}
      </div>
      {isMember && <Feed rows={now.feed} />}
    </div>
  );
}

interface ListProps {
  dimension: string;
  rows: readonly PanelRow[];
  hrefWith: (part: Partial<View>) => string;
}

/** A row leads to today's dashboard with its filter: now itself has none. */
function List({ dimension, rows, hrefWith }: ListProps) {
  if (rows.length === 0)
    return <p class="px-2 py-8 text-center text-[0.8125rem] text-quiet">{t("realtime.quiet")}</p>;
  return (
    <Rows
      dimension={dimension}
      rows={rows}
      column={t(dimension === "event:page" ? "column.pages" : "column.sources")}
      hrefOf={(value) =>
        hrefWith({ realtime: false, period: "day", interval: null, filters: [rowFilter(dimension, value)] })
      }
      isActive={() => false}
    />
  );
}
