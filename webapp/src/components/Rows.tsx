// The rows of a panel: name with bar, visitors, and on approach the share. The whole row is a link to the filtered view.

import type { PanelRow } from "../api/types";
import { t } from "../i18n";
import { formatCount, formatExact, formatShare } from "../lib/format";
import { valueName } from "../lib/names";
import { Flag } from "./Flag";

interface RowsProps {
  dimension: string;
  rows: readonly PanelRow[];
  /** The view with this row's filter switched. */
  hrefOf: (value: string) => string;
  isActive: (value: string) => boolean;
  onFollow?: () => void;
}

export function Rows({ dimension, rows, hrefOf, isActive, onFollow }: RowsProps) {
  const most = Math.max(1, ...rows.map((row) => row.visitors));
  // One width for all numbers, so that bars of one length mean one value.
  const width = `${Math.max(...rows.map((row) => formatCount(row.visitors).length), 3)}ch`;
  return (
    <ol class="space-y-1">
      {rows.map((row) => {
        const name = valueName(dimension, row.value);
        const active = isActive(row.value);
        return (
          <li key={row.value}>
            <a
              href={hrefOf(row.value)}
              class="row"
              title={t(active ? "panel.unfilter" : "panel.filter_by", { name })}
              aria-current={active ? "true" : undefined}
              onClick={onFollow}
            >
              <span class="row-name">
                <span
                  aria-hidden="true"
                  class="row-bar"
                  style={{ width: `${(row.visitors / most) * 100}%` }}
                />
                {dimension === "visit:country" && (
                  <span class="relative flex">
                    <Flag country={row.value} />
                  </span>
                )}
                <span class="relative truncate">{name}</span>
                <span class="row-share">{formatShare(row.share)}</span>
              </span>
              <span
                class="text-right font-medium whitespace-nowrap tabular-nums"
                style={{ width }}
                title={formatExact(row.visitors)}
              >
                {formatCount(row.visitors)}
              </span>
            </a>
          </li>
        );
      })}
    </ol>
  );
}
