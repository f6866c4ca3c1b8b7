// A language is one file, but not one chunk: `pt-BR.ts?part=shared` has what everybody needs of it, `?part=member` the
// rest, which comes with the pages behind a login.

import { readFileSync } from "node:fs";
import { type Plugin, transformWithOxc } from "vite";
import { type Part, partOf } from "../src/i18n/parts.ts";

const PART = /^(.*\/i18n\/[^/?]+\.ts)\?part=(shared|member)$/;

export function textParts(): Plugin {
  return {
    name: "haru-text-parts",
    enforce: "pre",
    async load(id) {
      const [, file, part] = PART.exec(id) ?? [];
      if (!file) return null;
      this.addWatchFile(file);
      const { code } = await transformWithOxc(readFileSync(file, "utf8"), file);
      // A language file is texts and nothing else: it imports types at most.
      const source = `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
      const { default: texts } = (await import(source)) as { default: Record<string, unknown> };
      const own = Object.entries(texts).filter(([key]) => partOf(key) === (part as Part));
      return { code: `export default ${JSON.stringify(Object.fromEntries(own))}`, moduleType: "js" };
    },
  };
}
