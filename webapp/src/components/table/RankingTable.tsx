// The table itself: sortable columns, the name of each row a link to the filtered view.

import type { QueryAnswer, RowMetric } from "../../api/types";
import { t } from "../../i18n";
import { formatMetric, formatShare } from "../../lib/format";
import { valueName } from "../../lib/names";
import { isOrderedByValue, type Order, orderAfter, rankingMetrics } from "../../lib/rankings";
import { Icon } from "../Icon";
import type { PanelQuestion } from "../panels/PanelCard";
import { RowIcon } from "../panels/RowIcon";

interface RankingTableProps {
  dimension: string;
  column: string;
  question: PanelQuestion;
  rows: QueryAnswer["results"];
  order: Order;
  onSort: (order: Order) => void;
  hrefOf: (value: string) => string;
  isActive: (value: string) => boolean;
}

export function RankingTable(props: RankingTableProps) {
  const { dimension, column, question, rows, order, onSort } = props;
  const metrics = rankingMetrics(dimension, question.filters);
  // Where there is room for one number beside the name, it is the one that the rows are in the order of.
  const first = metrics.find((metric) => metric === order.key) ?? metrics[0];
  const room = (metric: RowMetric | undefined) => (metric === first ? "" : "max-sm:hidden");
  return (
    <>
      <label class="mb-2 flex items-center gap-2 px-2 text-xs text-quiet sm:hidden">
        {t("table.order")}
        <select
          class="rounded-md bg-transparent py-1 font-medium text-base-content"
          value={first}
          onChange={(event) => {
            const next = metrics.find((metric) => metric === event.currentTarget.value);
            if (next) onSort({ key: next, direction: "desc" });
          }}
        >
          {metrics.map((metric) => (
            <option key={metric} value={metric} class="bg-card text-base-content">
              {t(`metric.${metric}`)}
            </option>
          ))}
        </select>
      </label>
      <table class="w-full text-[0.8125rem]">
        <thead>
          <tr class="text-xs text-quiet">
            <Head
              text={column}
              isSorted={order.key === dimension ? order.direction : null}
              onSort={
                isOrderedByValue(dimension) ? () => onSort(orderAfter(order, dimension, true)) : undefined
              }
              isName
            />
            {metrics.map((metric) => (
              <Head
                key={metric}
                text={t(`metric.${metric}`)}
                isSorted={order.key === metric ? order.direction : null}
                onSort={() => onSort(orderAfter(order, metric, false))}
                room={room(metric)}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const [value = "", called] = row.dimensions;
            const name = called && called !== value ? called : valueName(dimension, value);
            const active = props.isActive(value);
            return (
              <tr key={value} class="full-row group">
                <th scope="row" class="table-name">
                  <a
                    href={props.hrefOf(value)}
                    class="flex min-h-8 items-center gap-2 rounded-md px-2 py-1 font-normal"
                    title={t(active ? "panel.unfilter" : "panel.filter_by", { name })}
                    aria-current={active ? "true" : undefined}
                  >
                    <RowIcon dimension={dimension} value={value} />
                    <span class="min-w-0 break-words underline-offset-4 group-hover:underline">{name}</span>
                  </a>
                </th>
                {row.metrics.map((number, index) => {
                  const metric = metrics[index];
                  return (
                    <td
                      key={metric}
                      class={`px-2 text-right whitespace-nowrap tabular-nums sm:px-3 ${index === 0 ? "font-medium" : ""} ${room(metric)}`}
                    >
                      {metric === undefined || number === null ? "–" : numberWords(metric, number)}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}

function numberWords(metric: RowMetric, value: number): string {
  if (metric === "time_on_page") return formatMetric("visit_duration", value);
  if (metric === "scroll_depth" || metric === "exit_rate") return formatShare(value);
  return formatMetric(metric, value);
}

interface HeadProps {
  text: string;
  isSorted: "asc" | "desc" | null;
  onSort?: (() => void) | undefined;
  isName?: boolean;
  /** Whether it has a place on narrow screens. */
  room?: string;
}

const SORTED = { asc: "ascending", desc: "descending" } as const;

function Head({ text, isSorted, onSort, isName = false, room = "" }: HeadProps) {
  const side = isName ? "text-left" : "text-right";
  return (
    <th
      scope="col"
      aria-sort={isSorted ? SORTED[isSorted] : onSort ? "none" : undefined}
      class={`sticky top-0 z-10 bg-card font-normal shadow-[0_1px_0_var(--color-line)] ${side} ${isName ? "table-name z-20" : ""} ${room}`}
    >
      {onSort ? (
        <button
          type="button"
          class={`inline-flex min-h-8 items-center gap-1 rounded-md px-2 whitespace-nowrap hover:text-base-content ${isSorted ? "font-medium text-base-content" : ""} ${isName ? "" : "flex-row-reverse sm:px-3"}`}
          onClick={onSort}
        >
          {text}
          <Icon name={isSorted === "asc" ? "up" : "down"} size={12} class={isSorted ? "" : "opacity-0"} />
        </button>
      ) : (
        <span class="px-2">{text}</span>
      )}
    </th>
  );
}
