// The build: relative asset addresses (the server injects the base path into index.html), nothing inlined
// (the content security policy has no `data:` fonts and no inline code), flags as plain files.

import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { textParts } from "./scripts/text-parts.ts";

const flagFolder = join(dirname(fileURLToPath(import.meta.resolve("country-flag-icons"))), "3x2");

/** Ships one SVG per country as `flags/BR.svg`: the browser fetches only those it shows. */
function countryFlags(): Plugin {
  const isFlag = (file: string) => /^[A-Z]{2}\.svg$/.test(file);
  return {
    name: "haru-country-flags",
    generateBundle() {
      for (const file of readdirSync(flagFolder).filter(isFlag)) {
        this.emitFile({
          type: "asset",
          fileName: `flags/${file}`,
          source: readFileSync(join(flagFolder, file)),
        });
      }
    },
    configureServer(server) {
      server.middlewares.use("/flags", (request, response, next) => {
        const file = (request.url ?? "").slice(1);
        if (!isFlag(file) || !existsSync(join(flagFolder, file))) return next();
        response.setHeader("content-type", "image/svg+xml");
        createReadStream(join(flagFolder, file)).pipe(response);
      });
    },
  };
}

/** Has the browser fetch the typeface with the page, not when the first text is drawn: nothing is laid out twice. */
function typeface(): Plugin {
  return {
    name: "haru-typeface",
    transformIndexHtml: {
      order: "post",
      handler: (_, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((file) => /inter-latin-wght-normal[^/]*\.woff2$/.test(file))
          .map((file) => ({
            tag: "link",
            attrs: { rel: "preload", as: "font", type: "font/woff2", crossorigin: true, href: `./${file}` },
            injectTo: "head" as const,
          })),
    },
  };
}

/**
 * Lets the build leave out scales of Chart.js that nothing registers: their classes read properties as they are defined, which
 * might do something for all that a bundler knows. Without it the chart is an eighth larger.
 */
function unusedScales(): Plugin {
  const read = /(callback: |static defaults = )((?:Ticks\.formatters|TimeScale)\.\w+)/g;
  return {
    name: "haru-unused-scales",
    transform: {
      filter: { id: /chart\.js\/dist\/chart\.js$/ },
      handler: (code) => ({ code: code.replace(read, "$1/*@__PURE__*/ (() => $2)()"), map: null }),
    },
  };
}

const server = process.env.HARU_DEV_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "./",
  plugins: [tailwindcss(), countryFlags(), textParts(), typeface(), unusedScales()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      checks: { pluginTimings: false },
      // What every page takes is one file, with all that it imports: a dozen small ones take longer to ask for than to run.
      output: { codeSplitting: { groups: [{ name: "shared", test: /\/src\/(boot|root)\.tsx?$/ }] } },
    },
  },
  server: {
    proxy: {
      "/api": server,
      "/graphql": { target: server, ws: true },
      "/js": server,
    },
  },
  test: { include: ["src/**/*.test.ts"], setupFiles: ["src/i18n/test-setup.ts"], testTimeout: 30_000 },
});
