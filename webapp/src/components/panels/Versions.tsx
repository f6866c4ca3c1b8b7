// The versions of a browser or system, in the card and with a way back.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { type Filter, rowFilter, sameFilter, toggleFilter } from "../../lib/filters";
import { valueName } from "../../lib/names";
import type { View } from "../../lib/view";
import { ErrorBox } from "../ErrorBox";
import { Icon } from "../Icon";
import { RowsSkeleton } from "../Skeleton";
import { useRows } from "../use-rows";
import type { PanelQuestion } from "./PanelCard";
import { RowIcon } from "./RowIcon";
import { Rows } from "./Rows";

interface VersionsProps {
  /** The browser or system, and which of both. */
  of: string;
  dimension: string;
  site: string;
  question: PanelQuestion;
  asOf: string;
  filters: readonly Filter[];
  hrefWith: (part: Partial<View>) => string;
  onBack: () => void;
}

const FEW = 8;
const MANY = 100;

export function Versions({ of, dimension, site, question, asOf, filters, hrefWith, onBack }: VersionsProps) {
  const [showsAll, setShowsAll] = useState(false);
  const back = useRef<HTMLButtonElement>(null);
  const name = valueName(dimension, of);
  const versions = `${dimension}_version`;
  const { answer, isStale, error, retry } = useRows(
    site,
    {
      date_range: question.date_range,
      metrics: ["visitors"],
      dimensions: [versions],
      // One row of these is chosen: the filter on the browser may be another one.
      filters: [...question.filters.filter(([, on]) => on !== dimension), ["is", dimension, [of]]],
      order_by: [
        ["visitors", "desc"],
        [versions, "asc"],
      ],
      pagination: { limit: MANY, offset: 0 },
    },
    asOf,
  );

  // Focus goes with the rows, and back to the row that opened this.
  useLayoutEffect(() => {
    const card = back.current?.closest("section");
    if (document.activeElement === document.body || card?.contains(document.activeElement))
      back.current?.focus();
    return () => {
      requestAnimationFrame(() => {
        const opener = [...(card?.querySelectorAll<HTMLElement>("[data-versions]") ?? [])].find(
          ({ dataset }) => dataset.versions === of,
        );
        if (document.activeElement === document.body) opener?.focus();
      });
    };
  }, [of]);

  const all = answer?.results.map(({ dimensions, metrics }) => ({
    value: dimensions[0] ?? "",
    visitors: metrics[0] ?? 0,
    share: 0,
  }));
  const total = all?.reduce((sum, { visitors }) => sum + visitors, 0) ?? 0;
  const rows = (showsAll ? all : all?.slice(0, FEW))?.map((row) => ({
    ...row,
    share: total > 0 ? (row.visitors / total) * 100 : 0,
  }));

  const own = rowFilter(dimension, of);
  /** A version is one of its browser: both are filtered, and a click on the chosen one lets both go. */
  const filtersWith = (value: string): Filter[] => {
    const others = filters.filter((filter) => !sameFilter(filter, own));
    const toggled = toggleFilter(others, rowFilter(versions, value));
    return toggled.some((filter) => filter.dimension === versions)
      ? [...toggled.filter((filter) => filter.dimension !== dimension || filter.operator !== "is"), own]
      : toggled;
  };

  return (
    <div aria-busy={isStale} class={`transition-opacity ${isStale ? "opacity-60 delay-150" : ""}`}>
      <p class="mb-1 flex items-center gap-2">
        <button
          ref={back}
          type="button"
          class="row-action -ml-1"
          aria-label={t("versions.back")}
          onClick={onBack}
        >
          <Icon name="chevron" class="rotate-90" />
        </button>
        <RowIcon dimension={dimension} value={of} />
        <span class="min-w-0 truncate font-medium">{t("versions.show", { name })}</span>
      </p>
      {error ? (
        <ErrorBox error={error} onRetry={retry} />
      ) : !rows ? (
        <RowsSkeleton />
      ) : rows.length === 0 ? (
        <p class="px-4 py-10 text-center text-[0.8125rem] text-quiet">{t("panel.empty_filtered")}</p>
      ) : (
        <Rows
          dimension={versions}
          rows={rows}
          column={t("versions.column")}
          hrefOf={(value) => hrefWith({ filters: filtersWith(value) })}
          isActive={(value) => filters.some((filter) => sameFilter(filter, rowFilter(versions, value)))}
        />
      )}
      {!showsAll && all && all.length > FEW && (
        <p class="mt-2 text-center">
          <button type="button" class="nav-link" onClick={() => setShowsAll(true)}>
            {t("panel.more")}
          </button>
        </p>
      )}
    </div>
  );
}
