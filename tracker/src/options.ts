/*
 * What the site owner wrote on the script tag. Read at start: afterwards `document.currentScript` is gone.
 */

const script = document.currentScript as HTMLScriptElement;

/** The script tag's `data-` attributes. A switch is on when its attribute is there, whatever it says. */
export const data = script.dataset;

/** Below `data-api`, else beside the script's directory: `/stats/js/haru.js` posts to `/stats/api/collect`. */
export const endpoint = new URL((data.api || "..") + "/api/collect?t=" + data.token, script.src);

/** What is cut off addresses: the fragment, unless it names the page. Elsewhere it may hold secrets (OAuth). */
export const fragment = "hash" in data ? "" : /#.*/;

/** Matches the paths that `data-exclude` names: `*` stays within a segment, `**` does not, the rest is literal. */
export const excluded = RegExp(
  "^(" +
    `${data.exclude}`
      .replace(/\W/g, "\\$&")
      .replace(/\\,/g, "|")
      .replace(/\\\*\\\*/g, ".*")
      .replace(/\\\*/g, "[^/]*") +
    ")$",
);
