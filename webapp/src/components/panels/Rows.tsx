// The rows of a panel: name with bar, share, visitors. The whole row is a link to the filtered view.

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { PanelRow } from "../../api/types";
import { t } from "../../i18n";
import { formatCount, formatExact, formatShare } from "../../lib/format";
import { valueName } from "../../lib/names";
import { RowIcon } from "./RowIcon";
import { useFlip } from "./use-flip";

interface RowsProps {
  dimension: string;
  rows: readonly PanelRow[];
  /** All visitors: shares are of these. Without it they are the server's, which has rounded them. */
  total?: number | undefined;
  /** The view with this row's filter switched. */
  hrefOf: (value: string) => string;
  isActive: (value: string) => boolean;
  /** What the first column is. */
  column: string;
  /** A number before that of the visitors, by value; blank until it is known. */
  counts?: { column: string; of: ReadonlyMap<string, number> } | undefined;
  /** What else can be done with a row, at its end. */
  action?: ((value: string, name: string) => ComponentChildren) | undefined;
}

/** Signs that a column of numbers has room for at least: a thousand more or less moves nothing. */
const ROOM = 5.5;
const SIGN_REM = 0.55;
const roomFor = (numbers: readonly number[]) =>
  `${Math.max(ROOM, ...numbers.map((number) => formatCount(number).length)) * SIGN_REM}rem`;

export function Rows({ dimension, rows, total, hrefOf, isActive, column, counts, action }: RowsProps) {
  const list = useRef<HTMLOListElement>(null);
  useFlip(
    list,
    rows.map(({ value }) => value),
  );
  const most = Math.max(1, ...rows.map((row) => row.visitors));
  // One width for all numbers, so that bars of one length mean one value.
  const width = roomFor(rows.map((row) => row.visitors));
  const countWidth = counts && roomFor(rows.map((row) => counts.of.get(row.value) ?? 0));
  return (
    <div class="rows">
      <p class={`flex items-end gap-3 pb-1.5 pl-2 text-xs text-quiet ${action ? "pr-10" : "pr-2"}`}>
        <span class="min-w-0 grow truncate">{column}</span>
        {counts && (
          <span class="text-right" style={{ minWidth: countWidth }}>
            {counts.column}
          </span>
        )}
        <span class="text-right" style={{ minWidth: width }}>
          {t("panel.visitors")}
        </span>
      </p>
      <ol ref={list} class="space-y-1">
        {rows.map((row) => {
          const name = row.name ?? valueName(dimension, row.value);
          const active = isActive(row.value);
          const count = counts?.of.get(row.value);
          return (
            <li key={row.value} class="flex items-center">
              <a
                href={hrefOf(row.value)}
                class="row"
                title={t(active ? "panel.unfilter" : "panel.filter_by", { name })}
                aria-current={active ? "true" : undefined}
              >
                <span class="row-name" style={{ "--part": row.visitors / most }}>
                  <span aria-hidden="true" class="row-bar" />
                  <RowIcon dimension={dimension} value={row.value} />
                  <span class="truncate">{name}</span>
                  <span class="row-share">
                    {formatShare(total ? (100 * row.visitors) / total : row.share)}
                  </span>
                </span>
                {counts && (
                  <span class="row-number text-quiet" style={{ minWidth: countWidth }}>
                    {count === undefined ? "" : formatCount(count)}
                  </span>
                )}
                <span
                  class="row-number font-medium"
                  style={{ minWidth: width }}
                  title={formatExact(row.visitors)}
                >
                  {formatCount(row.visitors)}
                </span>
              </a>
              {action?.(row.value, name)}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
