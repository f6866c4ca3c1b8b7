// All rows of a dimension, a hundred at a time, through the query language.

import { useEffect, useState } from "preact/hooks";
import { type ApiError, toApiError } from "../api/problem";
import type { DashboardQuery, PanelRow } from "../api/types";
import { t, tn } from "../i18n";
import { useViewer } from "../state/viewer";
import { Dialog } from "./Dialog";
import { ErrorBox } from "./ErrorBox";
import { Rows } from "./Rows";
import { RowsSkeleton } from "./Skeleton";

const PAGE = 100;

interface AllRowsProps {
  title: string;
  column: string;
  site: string;
  dimension: string;
  question: Pick<DashboardQuery, "date_range" | "filters">;
  /** Visitors of the period, to work out shares. */
  total: number;
  hrefOf: (value: string) => string;
  isActive: (value: string) => boolean;
  onClose: () => void;
}

export function AllRows(props: AllRowsProps) {
  const { title, column, site, dimension, question, total, onClose } = props;
  const { connection } = useViewer();
  const [rows, setRows] = useState<PanelRow[]>([]);
  const [totalRows, setTotalRows] = useState<number | null>(null);
  const [wanted, setWanted] = useState(PAGE);
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const query = JSON.stringify(question);
  const isLoading = error === null && rows.length < Math.min(wanted, totalRows ?? wanted);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` asks again after an error; `query` is the question as text
  useEffect(() => {
    const controller = new AbortController();
    const offset = wanted - PAGE;
    setError(null);
    connection.listRows(site, dimension, question, { limit: PAGE, offset }, controller.signal).then(
      (answer) => {
        const more = answer.results.map((row) => toRow(row.dimensions[0] ?? "", row.metrics[0] ?? 0, total));
        setRows((known) => [...known.slice(0, offset), ...more]);
        setTotalRows(answer.meta.total_rows ?? (more.length < PAGE ? offset + more.length : null));
      },
      (reason: unknown) => {
        if (!controller.signal.aborted) setError(toApiError(reason));
      },
    );
    return () => controller.abort();
  }, [connection, site, dimension, query, wanted, attempt]);

  return (
    <Dialog title={title} wide onClose={onClose}>
      <p class="flex justify-between px-2 pb-1.5 text-xs text-quiet">
        <span>{column}</span>
        <span>{t("panel.visitors")}</span>
      </p>
      <Rows
        dimension={dimension}
        rows={rows}
        hrefOf={props.hrefOf}
        isActive={props.isActive}
        onFollow={onClose}
      />
      {error && <ErrorBox error={error} onRetry={() => setAttempt(attempt + 1)} />}
      {isLoading && rows.length === 0 && <RowsSkeleton />}
      <footer class="flex items-center justify-between gap-4 pt-4 text-[0.8125rem] text-quiet">
        <span aria-live="polite">{totalRows !== null && tn("panel.total_rows", totalRows)}</span>
        {totalRows !== null && rows.length < totalRows && (
          <button
            type="button"
            class="btn btn-plain btn-sm"
            disabled={isLoading}
            onClick={() => setWanted(wanted + PAGE)}
          >
            {t("panel.more")}
          </button>
        )}
      </footer>
    </Dialog>
  );
}

function toRow(value: string, visitors: number, total: number): PanelRow {
  return { value, visitors, share: total > 0 ? (visitors / total) * 100 : 0 };
}
