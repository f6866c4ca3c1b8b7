// Prints what the webapp comes to, gzipped, and fails when the JavaScript that the first load of a shared dashboard
// takes grows over its budget: the entry, the chart, what these import, and the texts of one language, the largest.

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

const scripts = new Map(files.filter((file) => file.name.endsWith(".js")).map((file) => [file.name, file]));
const assets = join(dist, "assets");
const imports = (name) =>
  [...readFileSync(join(dist, name), "utf8").matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)].map(
    ([, file]) => `${assets.slice(dist.length)}/${file}`,
  );

const entry = /<script type="module"[^>]* src="\.\/([^"]+)"/.exec(
  readFileSync(join(dist, "index.html"), "utf8"),
)?.[1];
const chart = [...scripts.keys()].find((name) => /\/time-chart-canvas-[^/]*\.js$/.test(name));
const textOf = (name) => readFileSync(join(dist, name), "utf8");
// Texts of a language are two chunks: for everybody, and for who logs in.
const languages = [...scripts.keys()].filter(
  (name) =>
    /\/[a-z]{2}(-[A-Z]{2})?-[^/]*\.js$/.test(name) && /["`](app\.name|nav\.main)["`]/.test(textOf(name)),
);
const texts = languages
  .filter((name) => /["`]app\.name["`]/.test(textOf(name)))
  .sort((a, b) => scripts.get(b).bytes - scripts.get(a).bytes);
if (!scripts.has(entry) || !chart || texts.length === 0 || languages.length !== 2 * texts.length) {
  console.error(
    "The entry, the chart or the texts are not where they used to be: this script must learn where.",
  );
  process.exit(1);
}

const first = new Set(["theme.js", entry, chart, texts[0]]);
for (const name of first) for (const file of imports(name)) first.add(file);
const sum = (names) => [...names].reduce((total, name) => total + scripts.get(name).bytes, 0);

const forMembers = languages
  .filter((name) => !texts.includes(name))
  .flatMap((name) => [...textOf(name).matchAll(/["`]([a-z_]+\.[\w.:]+)["`]:/g)].map(([, key]) => key));
const code = [...first].filter((name) => name !== texts[0]).map(textOf);
const astray = new Set(
  forMembers.filter((key) => code.some((text) => text.includes(`"${key}"`) || text.includes(`\`${key}\``))),
);
if (astray.size > 0) {
  console.error(
    `A shared dashboard uses texts that only come with a login, see src/i18n/parts.ts: ${[...astray].join(", ")}`,
  );
  process.exit(1);
}

const total = sum(first);
console.log(`${kib(sum(scripts.keys()))}  JavaScript of all pages, gzipped`);
console.log(
  `${kib(total)}  of that at the first load of a shared dashboard (budget ${kib(BUDGET_BYTES).trim()})`,
);
if (total > BUDGET_BYTES) {
  console.error("The first load is over its budget.");
  process.exit(1);
}
