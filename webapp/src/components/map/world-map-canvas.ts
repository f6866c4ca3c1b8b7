// chartjs-chart-geo behind a small face. The shapes of the countries are a file of their own.

import { Chart, type ChartConfiguration } from "chart.js";
import { ChoroplethController, ColorScale, GeoFeature, ProjectionScale, topojson } from "chartjs-chart-geo";
import atlas from "world-atlas/countries-110m.json?url";
import { type CountryRow, codeOf, isDrawn, type Shape, shades } from "../../lib/map-data";
import { type Colours, type Hover, readColours, reader } from "../canvas";

Chart.register(ChoroplethController, ColorScale, GeoFeature, ProjectionScale);

export interface WorldMapCanvas {
  /** Codes of the shapes, in their order. */
  codes: readonly (string | null)[];
  show(rows: readonly CountryRow[], isActive: (code: string) => boolean): void;
  recolour(): void;
  destroy(): void;
}

type Feature = Shape & GeoJSON.Feature;

/** Asked for once a page. */
let shapes: Promise<Feature[]> | null = null;

async function loadShapes(): Promise<Feature[]> {
  const answer = await fetch(atlas);
  if (!answer.ok) throw new Error(`the map's shapes: ${answer.status}`);
  const topology = await answer.json();
  const { features } = topojson.feature(topology, topology.objects.countries) as unknown as {
    features: Feature[];
  };
  return features.filter(isDrawn);
}

export async function createWorldMap(
  canvas: HTMLCanvasElement,
  onHover: (hover: Hover | null) => void,
  onChoose: (code: string) => void,
): Promise<WorldMapCanvas> {
  shapes ??= loadShapes();
  shapes.catch(() => {
    shapes = null;
  });
  const features = await shapes;
  const codes = features.map(codeOf);
  let colours = readColours();
  let dark = codes.map(() => 0);
  let active = codes.map(() => false);

  const tell = (chart: Chart) => {
    const [found] = chart.getActiveElements();
    const code = found && codes[found.index];
    canvas.style.cursor = code ? "pointer" : "";
    if (!found || !code) return onHover(null);
    const { x, y } = (found.element as GeoFeature).getCenterPoint();
    onHover({ index: found.index, x, y, width: chart.width, height: chart.height });
  };

  const configuration: ChartConfiguration<"choropleth"> = {
    type: "choropleth",
    data: {
      labels: codes.map((code) => code ?? ""),
      datasets: [
        {
          data: features.map((feature) => ({ feature, value: 0 })),
          backgroundColor: ({ dataIndex }) => mixed(colours, dark[dataIndex] ?? 0),
          borderColor: ({ dataIndex }) => (active[dataIndex] ? colours.text : colours.card),
          borderWidth: ({ dataIndex }) => (active[dataIndex] ? 1 : 0.5),
          hoverBackgroundColor: ({ dataIndex }) => mixed(colours, Math.min(1, (dark[dataIndex] ?? 0) + 0.15)),
          hoverBorderColor: () => colours.text,
          hoverBorderWidth: 1,
        },
      ],
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      showOutline: false,
      showGraticule: false,
      interaction: { mode: "nearest", intersect: true },
      onClick: (_, [found]) => {
        const code = found && codes[found.index];
        if (code) onChoose(code);
      },
      scales: {
        projection: { axis: "x", projection: "equalEarth", padding: 2 },
        color: { axis: "x", display: false },
      },
    },
    plugins: [reader(tell)],
  };
  const chart = new Chart(canvas, configuration);

  return {
    codes,
    show(rows, isActive) {
      dark = shades(codes, rows);
      active = codes.map((code) => code !== null && isActive(code));
      chart.update("none");
    },
    recolour() {
      colours = readColours();
      chart.update("none");
    },
    destroy: () => chart.destroy(),
  };
}

/** From the colour of lines, for no visitors, to the accent. */
function mixed({ line, accent }: Colours, part: number): string {
  return part === 0 ? line : `color-mix(in oklab, ${accent} ${Math.round(part * 100)}%, ${line})`;
}
