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
    /** The script, as it is loaded from here. */
    script: at("js/haru.js"),
    /** Where the script sends to. */
    collect: at("api/collect"),
    flag: (country: string) => at(`flags/${country}.svg`),

    home: at(""),
    login: (next?: string) => at("login") + (next ? `?next=${encodeURIComponent(next)}` : ""),
    register: at("register"),
    forgot: at("forgot"),
    reset: at("reset"),
    invite: at("invite"),
    account: (show?: string) => at("account") + (show ? `?show=${show}` : ""),
    me: at("me"),
    admin: at("admin"),
    sites: at("sites"),
    newSite: at("sites/new"),
    site,
    setup: (key: string, platform?: string) => `${site(key)}/setup${platform ? `?with=${platform}` : ""}`,
    /** The part of the setup that says why nothing arrives. */
    check: (key: string) => `${site(key)}/setup#check`,
    settings: (key: string) => `${site(key)}/settings`,
    counting: (key: string) => `${site(key)}/settings#counting`,
    addresses: (key: string) => `${site(key)}/settings#addresses`,
    sharing: (key: string) => `${site(key)}/settings#sharing`,
    share: (slug: string) => at(`share/${encodeURIComponent(slug)}`),
    /** The public address of a share link or a public site, as people pass it on. */
    publicShare: (slug: string) => `${base.href}share/${encodeURIComponent(slug)}`,
    /** The slug, or the domain, in a path of the form `share/{slug}`. */
    sharedSlug(path: string): string | null {
      const shared = at("share/");
      if (!path.startsWith(shared)) return null;
      try {
        return decodeURIComponent(path.slice(shared.length).replace(/\/+$/, ""));
      } catch {
        return "";
      }
    },

    /** A `next` parameter if it leads into this app, else home: never to another host. */
    next(target: string | undefined): string {
      return target?.startsWith(base.pathname) && !target.startsWith("//") && !target.includes("\\")
        ? target
        : at("");
    },
  };
}

export const urls = makeUrls(typeof document === "undefined" ? "http://localhost/" : document.baseURI);
