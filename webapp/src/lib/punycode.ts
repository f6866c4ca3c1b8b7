// The readable form of a label after its "xn--": RFC 3492, section 6.2. Browsers only know the other way.

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;

function adapt(delta: number, points: number, isFirst: boolean): number {
  let rest = isFirst ? Math.floor(delta / DAMP) : delta >> 1;
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

function digitOf(sign: string): number {
  const digit = Number.parseInt(sign, 36);
  return Number.isNaN(digit) ? -1 : digit < 10 ? digit + 26 : digit - 10;
}

/** `null` for what is none. */
export function decodePunycode(label: string): string | null {
  const split = label.lastIndexOf("-");
  const output = [...label.slice(0, Math.max(0, split))].map((sign) => sign.codePointAt(0) ?? 0);
  let [n, i, bias] = [128, 0, 72];
  for (let at = split + 1; at < label.length; ) {
    const before = i;
    for (let weight = 1, k = BASE; ; k += BASE) {
      const digit = digitOf(label[at++] ?? "");
      if (digit < 0) return null;
      i += digit * weight;
      const threshold = Math.min(T_MAX, Math.max(T_MIN, k - bias));
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    const points = output.length + 1;
    bias = adapt(i - before, points, before === 0);
    n += Math.floor(i / points);
    if (n > 0x10ffff) return null;
    i %= points;
    output.splice(i++, 0, n);
  }
  return String.fromCodePoint(...output);
}
