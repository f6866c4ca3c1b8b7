// Makes the lists that the server embeds, out of maintained packages:
//
//   assets/regexes.json  browsers and systems   npm uap-core (Apache-2.0), without its device parsers
//   assets/bots.json     who is not a person    npm isbot (Unlicense), crawler-user-agents (MIT)
//   assets/country.mmdb  address -> country     npm @ip-location-db/geo-whois-asn-country-mmdb (CC0-1.0, its NRO data CC-BY-4.0)
//
// Usage: node api/data/make-lists.mjs [node_modules] [assets]
// To update the lists: npm update uap-core isbot crawler-user-agents @ip-location-db/geo-whois-asn-country-mmdb,
// then run this again. The output is the same for the same packages.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = resolve(process.argv[2] ?? join(here, "../../node_modules"));
const assets = resolve(process.argv[3] ?? join(here, "../assets"));
mkdirSync(assets, { recursive: true });

const version = (name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;
const write = (name, value) => writeFileSync(join(assets, name), `${JSON.stringify(value)}\n`);

/**
 * uap-core's YAML has one shape only: three top-level lists of flat maps with single-quoted values. A line of any
 * other shape stops the build, so that nothing is lost in silence.
 */
function readRegexes(text) {
  const lists = {};
  let list;
  for (const [index, line] of text.split("\n").entries()) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const head = /^([a-z_]+):\s*$/.exec(line);
    if (head) {
      list = lists[head[1]] = [];
      continue;
    }
    const pair = /^(  - |    )([a-z0-9_]+): '((?:[^']|'')*)'\s*(#.*)?$/.exec(line);
    if (!pair || !list) throw new Error(`uap-core/regexes.yaml:${index + 1}: unexpected line: ${line}`);
    const value = pair[3].replaceAll("''", "'");
    if (pair[1] === "  - ") list.push({ [pair[2]]: value });
    else list.at(-1)[pair[2]] = value;
  }
  return lists;
}

/**
 * Rust's regular expressions have no look-around. A pattern with a negative look-behind in front and/or a negative
 * look-ahead at the end becomes {body, not_before, not_after}, which the server checks around each match. Any other
 * look-around is left out and reported.
 */
function guarded(pattern) {
  let body = pattern;
  const guard = {};
  const before = /^\(\?<!([^()]*)\)/.exec(body);
  if (before) {
    guard.not_before = before[1];
    body = body.slice(before[0].length);
  }
  const after = /\(\?!((?:[^()]|\(\?:[^()]*\))*)\)$/.exec(body);
  if (after) {
    guard.not_after = after[1];
    body = body.slice(0, -after[0].length);
  }
  return /\(\?(?:[=!]|<[=!])/.test(body) ? undefined : { body, ...guard };
}

/** Patterns of crawler-user-agents that match people, with the reason. */
const PEOPLE = new Map([
  ["AP3A\\.240617\\.008", "a build number of many Android 15 phones"],
  ["MetaIAB Facebook", "people who read a page inside Meta's apps"],
  ["Fluid", "a browser that makes an app of one site"],
  ["Code\\/1\\.", "the browser tab of an editor"],
  ["Trae\\/", "the browser tab of an editor"],
]);

/** JavaScript takes the hyphen of [\\d-.] for itself, Rust for the start of a range: escape it. */
const portable = (pattern) => pattern.replace(/(\\[dws])-(?=[^\]])/g, "$1\\-");

const lookAround = (pattern) => /\(\?(?:[=!]|<[=!])/.test(pattern);

const regexes = readRegexes(readFileSync(join(modules, "uap-core/regexes.yaml"), "utf8"));
write("regexes.json", { user_agent_parsers: regexes.user_agent_parsers, os_parsers: regexes.os_parsers });

const { list: isbot } = await import(pathToFileURL(join(modules, "isbot/index.mjs")).href);
const crawlers = JSON.parse(readFileSync(join(modules, "crawler-user-agents/crawler-user-agents.json"), "utf8"));
const bots = {
  sources: { isbot: version("isbot"), "crawler-user-agents": version("crawler-user-agents") },
  any_case: isbot.filter((pattern) => !lookAround(pattern)).map(portable),
  guarded: [],
  exact_case: [],
  left_out: [],
};
for (const pattern of isbot.filter(lookAround)) {
  const rule = guarded(pattern);
  if (rule) bots.guarded.push(rule);
  else bots.left_out.push(pattern);
}
// Nine in ten of its patterns name agents that isbot knows already: those would only cost memory.
const known = new RegExp(isbot.join("|"), "i");
let covered = 0;
for (const { pattern, instances } of crawlers) {
  if (PEOPLE.has(pattern)) continue;
  if (instances.length > 0 && instances.every((agent) => known.test(agent))) covered += 1;
  else if (lookAround(pattern)) bots.left_out.push(pattern);
  else bots.exact_case.push(portable(pattern));
}
write("bots.json", bots);
copyFileSync(
  join(modules, "@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb"),
  join(assets, "country.mmdb"),
);

console.log(
  `lists: ${regexes.user_agent_parsers.length} browser and ${regexes.os_parsers.length} system patterns (uap-core ` +
    `${version("uap-core")}), ${bots.any_case.length + bots.guarded.length + bots.exact_case.length} bot patterns ` +
    `(isbot ${version("isbot")}, crawler-user-agents ${version("crawler-user-agents")}: ${covered} covered by isbot), ${bots.left_out.length} left out`,
);
for (const pattern of bots.left_out) console.log(`lists: left out, look-around: ${pattern}`);
