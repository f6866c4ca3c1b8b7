// Visitors by country, drawn. For the keyboard and for screen readers the tab Countries is the same: the map says so.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { ApiError } from "../../api/problem";
import type { RowsQuestion } from "../../api/types";
import { t, tn } from "../../i18n";
import { formatCount, formatShare } from "../../lib/format";
import { type CountryRow, undrawn } from "../../lib/map-data";
import { countryName } from "../../lib/names";
import { themeVersion } from "../../state/theme";
import { placeBeside } from "../ChartTooltip";
import type { Hover } from "../canvas";
import { ErrorBox } from "../ErrorBox";
import { Flag } from "../Flag";
import type { PanelQuestion } from "../panels/PanelCard";
import { useRows } from "../use-rows";
import { createWorldMap, type WorldMapCanvas } from "./world-map-canvas";

interface WorldMapProps {
  site: string;
  question: PanelQuestion;
  asOf: string;
  /** Visitors of the period, to work out shares. */
  total: number;
  hrefOf: (country: string) => string;
  isActive: (country: string) => boolean;
}

const COUNTRIES = 300;
/** Countries that are named below the map, as it has no shapes of them. */
const NAMED = 3;

export function WorldMap({ site, question, asOf, total, hrefOf, isActive }: WorldMapProps) {
  const { answer, isStale, error, retry } = useRows(site, questionOf(question), asOf);
  const rows = useMemo(
    () =>
      answer?.results.map(({ dimensions, metrics }) => ({
        value: dimensions[0] ?? "",
        visitors: metrics[0] ?? 0,
      })) ?? [],
    [answer],
  );
  const { canvas, codes, hover, isMissing, again } = useCanvas(rows, isActive, hrefOf);

  const code = hover && codes[hover.index];
  const row = code ? (rows.find(({ value }) => value === code) ?? { value: code, visitors: 0 }) : null;
  const left = codes.length > 0 ? undrawn(codes, rows) : [];
  const most = Math.max(0, ...rows.map(({ visitors }) => visitors));
  if (error || isMissing)
    return (
      <ErrorBox
        error={error ?? new ApiError(0)}
        onRetry={() => {
          retry();
          again();
        }}
      />
    );
  return (
    <div aria-busy={isStale} class={`transition-opacity ${isStale ? "opacity-60 delay-150" : ""}`}>
      <div class="relative aspect-[2/1] w-full md:aspect-auto md:h-[17.5rem]">
        {/* Out of the flow: a canvas that was large must not keep its card large. */}
        <div class="absolute inset-0">
          <canvas ref={canvas} role="img" aria-label={t("map.label")} />
        </div>
        {hover && row && (
          <div
            class="card-box pointer-events-none absolute z-10 w-max max-w-[15rem] px-3 py-2 text-[0.8125rem] shadow-lg"
            style={placeBeside(hover)}
          >
            <p class="flex items-center gap-2 font-medium">
              <Flag country={row.value} />
              {countryName(row.value)}
            </p>
            <p class="flex items-baseline gap-4 text-quiet">
              {t("panel.visitors")}
              <strong class="ml-auto font-semibold text-base-content tabular-nums">
                {formatCount(row.visitors)}
              </strong>
              <span class="tabular-nums">{formatShare(total > 0 ? (row.visitors / total) * 100 : 0)}</span>
            </p>
          </div>
        )}
      </div>
      <div class="mt-3 flex items-center gap-2 text-xs text-quiet tabular-nums">
        <span>1</span>
        <span aria-hidden="true" class="map-scale" />
        <span>{formatCount(most)}</span>
        <span class="ml-auto hidden text-right sm:inline">{t("map.hint")}</span>
      </div>
      <Undrawn rows={left} hrefOf={hrefOf} />
    </div>
  );
}

function questionOf(question: PanelQuestion): RowsQuestion {
  return {
    ...question,
    metrics: ["visitors"],
    dimensions: ["visit:country"],
    order_by: [["visitors", "desc"]],
    pagination: { limit: COUNTRIES, offset: 0 },
  };
}

/** The canvas, kept and updated in place: new numbers change colours and nothing else. */
function useCanvas(
  rows: readonly CountryRow[],
  isActive: (code: string) => boolean,
  hrefOf: (code: string) => string,
) {
  const { route } = useLocation();
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = useRef<WorldMapCanvas | null>(null);
  const [codes, setCodes] = useState<readonly (string | null)[]>([]);
  const [hover, setHover] = useState<Hover | null>(null);
  const [isMissing, setMissing] = useState(false);
  const [round, setRound] = useState(0);
  const latest = useRef({ rows, isActive, hrefOf, route });
  latest.current = { rows, isActive, hrefOf, route };
  const colours = themeVersion.value;
  const chosen = rows.filter(({ value }) => isActive(value)).map(({ value }) => value);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` tries again
  useEffect(() => {
    let gone = false;
    setMissing(false);
    if (!canvas.current) return;
    createWorldMap(canvas.current, setHover, (code) =>
      latest.current.route(latest.current.hrefOf(code)),
    ).then(
      (made) => {
        if (gone) return made.destroy();
        map.current = made;
        setCodes(made.codes);
        made.show(latest.current.rows, latest.current.isActive);
      },
      () => {
        if (!gone) setMissing(true);
      },
    );
    return () => {
      gone = true;
      map.current?.destroy();
      map.current = null;
    };
  }, [round]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: which countries are chosen, as text
  useEffect(() => map.current?.show(rows, isActive), [rows, chosen.join()]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the canvas reads its colours anew when the theme changes
  useEffect(() => map.current?.recolour(), [colours]);

  return { canvas, codes, hover, isMissing, again: () => setRound(round + 1) };
}

/** Places that the map has no shape for. */
function Undrawn({ rows, hrefOf }: { rows: readonly CountryRow[]; hrefOf: (code: string) => string }) {
  if (rows.length === 0) return null;
  const more = rows.length - NAMED;
  return (
    <p class="mt-1.5 flex flex-wrap gap-x-3 text-xs text-quiet tabular-nums">
      {t("map.undrawn")}
      {rows.slice(0, NAMED).map(({ value, visitors }) => (
        <a key={value} href={hrefOf(value)} class="hover:text-base-content hover:underline">
          {countryName(value)} {formatCount(visitors)}
        </a>
      ))}
      {more > 0 && <span>{tn("map.undrawn_more", more)}</span>}
    </p>
  );
}
