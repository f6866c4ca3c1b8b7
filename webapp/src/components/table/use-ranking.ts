// The state of a full table: what is searched, in which order, which page, and the rows that answer it.

import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiFilter, QueryAnswer, RowsQuestion } from "../../api/types";
import { BY_VISITORS, type Order, PAGE_ROWS, rankingQuestion } from "../../lib/rankings";
import type { View } from "../../lib/view";
import { type AskedRows, useRows } from "../use-rows";

const DEBOUNCE_MS = 250;
const NOTHING: QueryAnswer = { results: [], meta: { total_rows: 0 } };

interface RankingOf {
  site: string;
  dimension: string;
  question: { date_range: View["period"]; filters: readonly ApiFilter[] };
}

export interface RankingState extends AskedRows {
  /** As typed. */
  text: string;
  /** As searched, a moment later. */
  search: string;
  order: Order;
  page: number;
  total: number | null;
  type: (text: string) => void;
  sort: (order: Order) => void;
  turn: (page: number) => void;
  /** The question for any rows of the whole table; `null` when a search can't find any. */
  questionAt: (offset: number, limit: number) => RowsQuestion | null;
}

export function useRanking({ site, dimension, question }: RankingOf): RankingState {
  const [text, setText] = useState("");
  const [search, setSearch] = useState("");
  const [order, setOrder] = useState(BY_VISITORS);
  const [page, setPage] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const questionAt = (offset: number, limit: number) =>
    rankingQuestion({ dimension, ...question, search, order }, offset, limit);
  const asked = questionAt(page * PAGE_ROWS, PAGE_ROWS);
  const rows = useRows(site, asked);
  const answer = asked ? rows.answer : NOTHING;

  return {
    ...rows,
    answer,
    isStale: asked !== null && rows.isStale,
    text,
    search,
    order,
    page,
    total: answer?.meta.total_rows ?? null,
    type(next) {
      setText(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        setSearch(next);
        setPage(0);
      }, DEBOUNCE_MS);
    },
    sort(next) {
      setOrder(next);
      setPage(0);
    },
    turn: setPage,
    questionAt,
  };
}
