import { glyphOf, monogramOf } from "../../lib/glyphs";
import { Flag } from "../Flag";

/** What stands before the name of a row; decorative, the name says it. */
export function RowIcon({ dimension, value }: { dimension: string; value: string }) {
  if (dimension === "visit:country") return <Flag country={value} />;
  if (dimension === "visit:region") return <Flag country={value.split("-")[0] ?? ""} />;
  const monogram = monogramOf(dimension, value);
  if (monogram)
    return (
      <span
        aria-hidden="true"
        class="monogram"
        data-letter={monogram.letter}
        style={{ "--hue": monogram.hue }}
      />
    );
  const glyph = glyphOf(dimension, value);
  if (!glyph) return null;
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 16 16"
      width={16}
      height={16}
      fill="none"
      stroke="currentColor"
      stroke-width="1.2"
      stroke-linecap="round"
      stroke-linejoin="round"
      class="mx-0.5 shrink-0 text-quiet"
    >
      <path d={glyph} />
    </svg>
  );
}
