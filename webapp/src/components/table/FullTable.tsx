// All rows of a ranking with all numbers that go with it: searched, sorted, in pages, and as a file.

import type { PanelName } from "../../api/types";
import { t, tn } from "../../i18n";
import { formatExact } from "../../lib/format";
import { PAGE_ROWS } from "../../lib/rankings";
import { useViewer } from "../../state/viewer";
import { Dialog } from "../Dialog";
import { ErrorBox } from "../ErrorBox";
import { Icon } from "../Icon";
import type { PanelQuestion } from "../panels/PanelCard";
import { RowsSkeleton } from "../Skeleton";
import { RankingTable } from "./RankingTable";
import { useDownload } from "./use-download";
import { type RankingState, useRanking } from "./use-ranking";

interface FullTableProps {
  name: PanelName;
  title: string;
  site: string;
  dimension: string;
  question: PanelQuestion;
  /** First and last day of the period. */
  days: [from: string, to: string];
  hrefOf: (value: string) => string;
  isActive: (value: string) => boolean;
  onClose: () => void;
}

export function FullTable(props: FullTableProps) {
  const { name, title, site, dimension, question, onClose } = props;
  const { connection } = useViewer();
  const ranking = useRanking({ site, dimension, question });
  const { answer, isStale, error } = ranking;
  const column = t(`column.${name}`);
  const download = useDownload(connection, { ...props, column }, ranking.questionAt);

  return (
    <Dialog title={title} large onClose={onClose}>
      <div class="flex flex-wrap items-center gap-2 pb-3">
        <label class="input input-sm h-9 min-w-40 grow basis-40 sm:max-w-72">
          <Icon name="search" class="text-quiet" />
          <input
            type="search"
            aria-label={t("table.search_in", { name: column })}
            placeholder={t("table.search")}
            autocomplete="off"
            spellcheck={false}
            autofocus
            value={ranking.text}
            onInput={(event) => ranking.type(event.currentTarget.value)}
          />
        </label>
        <button
          type="button"
          class="btn btn-plain btn-sm ml-auto h-9"
          disabled={download.isBusy || !answer || answer.results.length === 0}
          onClick={() => void download.start()}
        >
          <Icon name="download" />
          {t(download.isBusy ? "table.preparing" : "table.download")}
        </button>
      </div>
      {download.error && <ErrorBox error={download.error} onRetry={() => void download.start()} />}
      <div
        aria-busy={isStale}
        class={`-mx-2 min-h-0 grow overflow-auto overscroll-contain rounded-lg transition-opacity ${isStale ? "opacity-60 delay-150" : ""}`}
      >
        {error ? (
          <ErrorBox error={error} onRetry={ranking.retry} />
        ) : !answer ? (
          <RowsSkeleton />
        ) : (
          <RankingTable
            {...props}
            column={column}
            rows={answer.results}
            order={ranking.order}
            onSort={ranking.sort}
          />
        )}
        {answer?.results.length === 0 && !error && (
          <p class="px-4 py-10 text-center text-quiet">
            {ranking.search.trim()
              ? t("table.nothing", { search: ranking.search.trim() })
              : t(question.filters.length > 0 ? "panel.empty_filtered" : "panel.empty")}
          </p>
        )}
      </div>
      <Pages ranking={ranking} />
    </Dialog>
  );
}

function Pages({ ranking }: { ranking: RankingState }) {
  const { page, total, turn } = ranking;
  const last = Math.max(0, Math.ceil((total ?? 0) / PAGE_ROWS) - 1);
  return (
    <footer class="-mx-5 flex min-h-12 items-center border-t border-line px-5 justify-between gap-4 pt-3 text-[0.8125rem] text-quiet">
      <span aria-live="polite" class="tabular-nums">
        {total !== null &&
          (last === 0
            ? tn("panel.total_rows", total)
            : t("table.rows", {
                from: formatExact(page * PAGE_ROWS + 1),
                to: formatExact(Math.min(total, (page + 1) * PAGE_ROWS)),
                total: formatExact(total),
              }))}
      </span>
      {last > 0 && (
        <nav aria-label={t("table.pages")} class="flex gap-2">
          <button
            type="button"
            class="btn btn-plain btn-sm btn-square"
            aria-label={t("table.before")}
            disabled={page === 0}
            onClick={() => turn(page - 1)}
          >
            <Icon name="chevron" class="rotate-90" />
          </button>
          <button
            type="button"
            class="btn btn-plain btn-sm btn-square"
            aria-label={t("table.next")}
            disabled={page >= last}
            onClick={() => turn(page + 1)}
          >
            <Icon name="chevron" class="-rotate-90" />
          </button>
        </nav>
      )}
    </footer>
  );
}
