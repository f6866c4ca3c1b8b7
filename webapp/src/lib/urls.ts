// The one place that builds addresses. Everything hangs below the base the server injects (`<base href>`),
// so that an instance can live at `/` or at `/stats/`.

export function makeUrls(baseUri: string) {
  const base = new URL("./", baseUri);
  const at = (path: string) => base.pathname + path;
  const site = (key: string) => at(`sites/${encodeURIComponent(key)}`);
  return {
    /** The path below which the app lives, with a slash at both ends. */
    basePath: base.pathname,
    /** What `/api/…` paths are appended to. */
    apiBase: base.href.replace(/\/$/, ""),
    socket: new URL("graphql/ws", base).href.replace(/^http/, "ws"),
    mark: at("mark.svg"),
    flag: (country: string) => at(`flags/${country}.svg`),

    home: at(""),
    login: (next?: string) => at("login") + (next ? `?next=${encodeURIComponent(next)}` : ""),
    register: at("register"),
    newSite: at("sites/new"),
    site,
    setup: (key: string) => `${site(key)}/setup`,
    settings: (key: string) => `${site(key)}/settings`,

    /** A `next` parameter if it leads into this app, else home: never to another host. */
    next(target: string | undefined): string {
      return target?.startsWith(base.pathname) && !target.startsWith("//") && !target.includes("\\")
        ? target
        : at("");
    },
  };
}

export const urls = makeUrls(typeof document === "undefined" ? "http://localhost/" : document.baseURI);
