// The shape of a small line: paths in a box of the given size. The line begins at nothing; the last piece is of a day that
// is not over, and drawn apart.

export interface Shape {
  line: string;
  /** From the day before the last to the last. */
  unfinished: string;
  area: string;
}

/** `inset` is kept free above and below, so that the stroke is not cut. */
export function sparkline(values: readonly number[], width: number, height: number, inset = 2): Shape {
  const top = Math.max(1, ...values);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const points = values.map((value, index) => {
    const y = height - inset - (Math.max(0, value) / top) * (height - 2 * inset);
    return `${round(index * step)} ${round(y)}`;
  });
  const path = (part: string[]) => (part.length > 1 ? `M${part.join("L")}` : "");
  return {
    line: path(points.slice(0, -1)),
    unfinished: path(points.slice(-2)),
    area: points.length > 1 ? `${path(points)}L${round(width)} ${height}L0 ${height}Z` : "",
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
