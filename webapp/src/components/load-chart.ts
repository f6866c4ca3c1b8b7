type Module = typeof import("./time-chart-canvas");
let loaded: Module | null = null;

/** The code of the chart, in a chunk of its own; asked for early, it comes while the numbers are fetched. */
export async function loadChart(): Promise<Module> {
  loaded ??= await import("./time-chart-canvas");
  return loaded;
}

/** The same where it is there already: then the chart is drawn together with what stands around it. */
export const loadedChart = () => loaded;
