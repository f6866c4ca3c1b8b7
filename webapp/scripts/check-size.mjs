// Prints what a first visit downloads, gzipped, and fails when the JavaScript grows over its budget.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 110_000;
const dist = fileURLToPath(new URL("../dist/", import.meta.url));

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(js|css)$/.test(entry.name))
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { name: path.slice(dist.length), bytes: gzipSync(readFileSync(path), { level: 9 }).length };
  })
  .sort((a, b) => b.bytes - a.bytes);

const kib = (bytes) => `${(bytes / 1024).toFixed(1).padStart(7)} KiB`;
for (const file of files) console.log(`${kib(file.bytes)}  ${file.name}`);

const total = files.filter((file) => file.name.endsWith(".js")).reduce((sum, file) => sum + file.bytes, 0);
console.log(`${kib(total)}  JavaScript in total, gzipped (budget ${kib(BUDGET_BYTES).trim()})`);
if (total > BUDGET_BYTES) {
  console.error("The JavaScript is over its budget.");
  process.exit(1);
}
