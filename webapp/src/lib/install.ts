// How the script gets onto a site, by what the site is made with: steps, each with the code that belongs to it. What
// matters everywhere: the script reads its own tag while it runs (`tracker/src/options.ts`), so that its address and its
// `data-` attributes must be on the element before that is put into the page.

import type { TextKey } from "../i18n";

export const PLATFORMS = ["html", "wordpress", "next", "vue", "gtm"] as const;
export type Platform = (typeof PLATFORMS)[number];

export interface Script {
  /** The whole tag, as the server writes it. */
  snippet: string;
  src: string;
  token: string;
}

export interface Step {
  text: TextKey;
  /** Where the code goes. */
  file?: string;
  code?: string;
}

export function scriptOf(site: { snippet: string; tracking_token: string }): Script {
  const src = /\bsrc="([^"]*)"/.exec(site.snippet)?.[1] ?? "";
  return { snippet: site.snippet, src, token: site.tracking_token };
}

export function stepsFor(platform: Platform, script: Script): Step[] {
  switch (platform) {
    case "html":
      return [{ text: "install.html.head", code: script.snippet }, { text: "install.html.pages" }];
    case "wordpress":
      return [
        { text: "install.wordpress.plugin", code: script.snippet },
        { text: "install.wordpress.theme", file: "functions.php", code: wordpress(script) },
        { text: "install.wordpress.cache" },
      ];
    case "next":
      return [
        { text: "install.next.app", file: "app/layout.tsx", code: nextApp(script) },
        { text: "install.next.pages", file: "pages/_app.tsx", code: nextPages(script) },
      ];
    case "vue":
      return [
        { text: "install.vue.vite", file: "index.html", code: script.snippet },
        { text: "install.vue.nuxt", file: "nuxt.config.ts", code: nuxt(script) },
      ];
    case "gtm":
      return [
        { text: "install.gtm.tag" },
        { text: "install.gtm.code", code: tagManager(script) },
        { text: "install.gtm.trigger" },
        { text: "install.gtm.publish" },
      ];
  }
}

/** Text between double quotes, the same in JavaScript and JSX attributes: addresses and tokens hold nothing to escape but in theory. */
const quoted = (text: string): string => JSON.stringify(text).replace(/</g, "\\u003c");

const wordpress = ({ snippet }: Script): string => `add_action( 'wp_head', function () {
	echo '${snippet.replace(/['\\]/g, "\\$&")}' . "\\n";
} );`;

const nextApp = ({ src, token }: Script): string => `import Script from "next/script";

export default function RootLayout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en">
      <body>
        {children}
        <Script
          src=${quoted(src)}
          data-token=${quoted(token)}
        />
      </body>
    </html>
  );
}`;

const nextPages = ({ src, token }: Script): string => `import type { AppProps } from "next/app";
import Script from "next/script";

export default function App({ Component, pageProps }: AppProps) {
  return (
    <>
      <Component {...pageProps} />
      <Script
        src=${quoted(src)}
        data-token=${quoted(token)}
      />
    </>
  );
}`;

const nuxt = ({ src, token }: Script): string => `export default defineNuxtConfig({
  app: {
    head: {
      script: [
        {
          src: ${quoted(src)},
          defer: true,
          "data-token": ${quoted(token)},
        },
      ],
    },
  },
});`;

/** The tag manager takes `data-` attributes off the tags that it inserts, so the tag is made by hand. It reads ES5 only. */
const tagManager = ({ src, token }: Script): string => `<script>
  (function () {
    var script = document.createElement("script");
    script.src = ${quoted(src)};
    script.setAttribute("data-token", ${quoted(token)});
    document.head.appendChild(script);
  })();
</script>`;
