import { useState } from "preact/hooks";
import type { Connection } from "../../api/connection";
import { type ApiError, toApiError } from "../../api/problem";
import type { PanelName, QueryAnswer, RowsQuestion } from "../../api/types";
import { t } from "../../i18n";
import { type Cell, csvName, saveFile, toCsv } from "../../lib/csv";
import { valueName } from "../../lib/names";
import { ANSWER_ROWS } from "../../lib/rankings";

/** Rows of a file at most; who wants more has the API. */
const FILE_ROWS = 100_000;

interface DownloadOf {
  name: PanelName;
  column: string;
  site: string;
  dimension: string;
  days: [from: string, to: string];
}

/** Saves what the table holds, as it is searched and sorted, all pages of it. */
export function useDownload(
  connection: Pick<Connection, "listRows">,
  { name, column, site, dimension, days }: DownloadOf,
  questionAt: (offset: number, limit: number) => RowsQuestion | null,
) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);

  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      const rows: QueryAnswer["results"] = [];
      let question = questionAt(0, ANSWER_ROWS);
      const metrics = question?.metrics ?? [];
      while (question && rows.length < FILE_ROWS) {
        const { results } = await connection.listRows(site, question);
        rows.push(...results);
        question = results.length === ANSWER_ROWS ? questionAt(rows.length, ANSWER_ROWS) : null;
      }
      const isCoded = isCode(dimension);
      const cells: Cell[][] = rows.map(({ dimensions: [value = "", called], metrics }) => [
        value,
        ...(isCoded ? [called ?? valueName(dimension, value)] : []),
        ...metrics,
      ]);
      const head = [
        column,
        ...(isCoded ? [t("table.name")] : []),
        ...metrics.map((metric) => t(`metric.${metric}`)),
      ];
      saveFile(csvName(site, name, ...days), toCsv([head, ...cells]));
    } catch (reason) {
      setError(toApiError(reason));
    }
    setBusy(false);
  };

  return { isBusy, error, start };
}

/** Values that are not what people call them: the file has both. */
const isCode = (dimension: string) =>
  ["visit:country", "visit:region", "visit:city", "visit:language"].includes(dimension);
