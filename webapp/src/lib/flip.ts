// How far rows moved when their order changed. Pure; the hook that shows it is `use-flip`.

/** By key, from how many places below (positive) or above a row comes to where it is now; `null` for a new row. */
export function moves(before: readonly string[], now: readonly string[]): Map<string, number | null> {
  const was = new Map(before.map((key, index) => [key, index]));
  const moved = new Map<string, number | null>();
  for (const [index, key] of now.entries()) {
    const from = was.get(key);
    if (from === undefined) moved.set(key, null);
    else if (from !== index) moved.set(key, from - index);
  }
  return moved;
}
