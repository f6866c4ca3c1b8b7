// Custom events: who triggered them, and how often. The dashboard tells visitors; the counts are asked for beside it.

import { useMemo } from "preact/hooks";
import type { PanelRow } from "../../api/types";
import { t } from "../../i18n";
import { BY_VISITORS, rankingQuestion } from "../../lib/rankings";
import { useRows } from "../use-rows";
import type { PanelQuestion } from "./PanelCard";
import { Rows } from "./Rows";

interface EventRowsProps {
  dimension: string;
  rows: readonly PanelRow[];
  total: number;
  hrefOf: (value: string) => string;
  isActive: (value: string) => boolean;
  column: string;
  site: string;
  question: PanelQuestion;
  asOf: string;
}

export function EventRows({ site, question, asOf, ...rows }: EventRowsProps) {
  const asked = rankingQuestion(
    { dimension: rows.dimension, ...question, search: "", order: BY_VISITORS },
    0,
  );
  const { answer } = useRows(site, asked, asOf);
  const of = useMemo(
    () => new Map(answer?.results.map(({ dimensions, metrics }) => [dimensions[0] ?? "", metrics[1] ?? 0])),
    [answer],
  );
  return <Rows {...rows} counts={{ column: t("panel.events_count"), of }} />;
}
