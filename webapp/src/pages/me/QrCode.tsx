import { useEffect, useState } from "preact/hooks";

interface Picture {
  size: number;
  path: string;
}

/** A text for a camera. Drawn here, on white in every theme, as cameras want it. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const [picture, setPicture] = useState<Picture | null>(null);

  useEffect(() => {
    let gone = false;
    import("uqr").then(
      ({ encode }) => {
        if (gone) return;
        const { size, data } = encode(text, { ecc: "M", border: 2 });
        setPicture({ size, path: pathOf(data) });
      },
      // Without the picture there is still the secret to type.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [text]);

  return (
    <div class="mx-auto size-48 overflow-hidden rounded-field border border-line bg-white">
      {picture && (
        <svg
          role="img"
          aria-label={label}
          viewBox={`0 0 ${picture.size} ${picture.size}`}
          width="190"
          height="190"
          shape-rendering="crispEdges"
        >
          <path d={picture.path} fill="#000" />
        </svg>
      )}
    </div>
  );
}

/** One rectangle per run of dark modules. */
function pathOf(rows: readonly boolean[][]): string {
  let path = "";
  for (const [y, row] of rows.entries()) {
    let start = -1;
    for (let x = 0; x <= row.length; x += 1) {
      if (row[x] && start < 0) start = x;
      if (!row[x] && start >= 0) {
        path += `M${start} ${y}h${x - start}v1h${start - x}z`;
        start = -1;
      }
    }
  }
  return path;
}
