// Tables as CSV (RFC 4180), for spreadsheets as they are: marked as UTF-8, and no text of a visitor becomes a formula.

export type Cell = string | number | null;

/** Spreadsheets take it for the encoding; without it they read accents wrong. */
const BYTE_ORDER_MARK = "\uFEFF";

export function toCsv(rows: readonly (readonly Cell[])[]): string {
  return BYTE_ORDER_MARK + rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

/** What a cell that holds `text` has to say. A text that a spreadsheet would compute gets an apostrophe before it. */
function csvCell(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) || /^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** "lumen.blog pages 2026-09-01 to 2026-09-30.csv", without what a file system may not take. */
export function csvName(site: string, ranking: string, from: string, to: string): string {
  const days = from === to ? from : `${from} to ${to}`;
  return `${[site, ranking.replaceAll("_", "-"), days].join(" ").replace(/[^\p{L}\p{N}.\-_ ]/gu, "-")}.csv`;
}

/** Hands a text to the browser as a file to keep. */
export function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
