// Small glyphs of our own beside browsers, systems, devices and channels: 16 × 16, lines in the colour of quiet text.
// They tell kinds apart at a glance; the name stands beside them.

const PATHS = {
  ads: "M3 6.5v3h2l5 3v-9l-5 3H3Zm9.3-.2c.8.9.8 2.5 0 3.4",
  ai: "M8 2.5 9.3 6.7 13.5 8 9.3 9.3 8 13.5 6.7 9.3 2.5 8l4.2-1.3Z",
  android: "M3 11a5 5 0 0 1 10 0Zm2.4-4.3L4.2 4.8m6.4 1.9 1.2-1.9M6.2 9h0m3.6 0h0",
  audio: "M4 9.5V8a4 4 0 0 1 8 0v1.5m-8.8 0h2V13h-2Zm7.6 0h2V13h-2Z",
  brave: "M8 2.5 12.8 4v4.2c0 2.6-2 4.4-4.8 5.5-2.8-1.1-4.8-2.9-4.8-5.5V4Z",
  chrome:
    "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Zm0 3.2a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6Zm0 0h4.9M6 9.2 3.6 4.9M10 9.2l-2.4 4.2",
  command:
    "M6 6h4v4H6Zm0 0H4.5A1.5 1.5 0 1 1 6 4.5Zm4 0V4.5A1.5 1.5 0 1 1 11.5 6Zm0 4h1.5a1.5 1.5 0 1 1-1.5 1.5Zm-4 0v1.5A1.5 1.5 0 1 1 4.5 10Z",
  direct: "M3 8h9M8.5 4.5 12 8l-3.5 3.5",
  desktop: "M2.5 3h11v7.5h-11ZM8 10.5V13m-2.5 0h5",
  dash: "M5.5 8h5",
  edge: "M13.4 9.5A5.5 5.5 0 1 1 13.5 8c0 1.5-1.2 2.2-2.4 2.2-1.5 0-2.1-.8-1.6-1.8.3-1.9-3-2.6-4.6-.4-1.2 1.8-.2 4 2.1 5.3",
  firefox:
    "M8 13.5a5.3 5.3 0 0 1-5.3-5.3c0-2 .9-3.6 2-4.7 0 1 .4 1.7 1 2C6 4 7 2.8 8.6 2.3c-.3 1.6.8 2.2 2 3.2 1.6 1.2 2.7 2.4 2.7 3.9A5.3 5.3 0 0 1 8 13.5Z",
  laptop: "M4 4h8v5.5H4Zm-1.5 8h11",
  link: "M6.6 9.4a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.8.8m1.6 2.1a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.8-.8",
  mail: "M2.5 4h11v8h-11Zm.3.4L8 8.6l5.2-4.2",
  message: "M3 3.5h10v7H8L5 13v-2.5H3Z",
  mobile: "M5.5 2h5a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-5a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1Zm2 9.8h1",
  opera: "M8 2.5c2.2 0 3.6 2.5 3.6 5.5s-1.4 5.5-3.6 5.5S4.4 11 4.4 8 5.8 2.5 8 2.5Z",
  people:
    "M6 7.5a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM2.3 13c0-2.3 1.6-3.7 3.7-3.7S9.7 10.7 9.7 13m.9-5.6a2 2 0 1 0-.6-3.9m1.5 6c1.4.4 2.2 1.7 2.2 3.5",
  planet:
    "M8 4.2a3.8 3.8 0 1 0 0 7.6 3.8 3.8 0 0 0 0-7.6Zm-4.8 7.4c-1.6 2 .2 1.7 3 .1 2.7-1.6 5.4-4 6.6-5.8.8-1.3.1-1.5-1.3-1",
  safari: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Zm2.3 3.2L8.9 8.9l-3.2 1.4 1.4-3.2Z",
  search: "M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4Zm3 7.2 3.4 3.4",
  shop: "M3.5 5.5h9l.7 8H2.8ZM6 7V4.5a2 2 0 0 1 4 0V7",
  tablet: "M4 2.5h8a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1Zm3.5 9h1",
  terminal: "M2.5 3.5h11v9h-11Zm2.5 3L6.8 8 5 9.5M8.5 10H11",
  video: "M2.5 4h11v8h-11ZM7 6.2 10 8l-3 1.8Z",
  window: "M2.5 3.5h11v9h-11Zm0 2.7h11M4.6 4.9h0",
  windows: "M3 3h4.4v4.4H3Zm5.6 0H13v4.4H8.6ZM3 8.6h4.4V13H3Zm5.6 0H13V13H8.6Z",
} as const;

type Glyph = keyof typeof PATHS;

/** The first word that a value contains decides. */
const RULES: Partial<Record<string, readonly (readonly [word: RegExp, glyph: Glyph])[]>> = {
  "visit:browser": [
    [/brave/i, "brave"],
    [/safari/i, "safari"],
    [/firefox/i, "firefox"],
    [/edge/i, "edge"],
    [/opera/i, "opera"],
    [/samsung/i, "planet"],
    [/chrom/i, "chrome"],
    [/./, "window"],
  ],
  "visit:os": [
    [/windows/i, "windows"],
    [/chrome/i, "laptop"],
    [/mac/i, "command"],
    [/ipad/i, "tablet"],
    [/ios|iphone/i, "mobile"],
    [/android/i, "android"],
    [/./, "terminal"],
  ],
  "visit:device": [
    [/mobile/i, "mobile"],
    [/tablet/i, "tablet"],
    [/./, "desktop"],
  ],
  "visit:screen": [
    [/^under/, "mobile"],
    [/^576/, "tablet"],
    [/^992/, "laptop"],
    [/./, "desktop"],
  ],
  "visit:channel": [
    [/direct/i, "direct"],
    [/search/i, "search"],
    [/social/i, "people"],
    [/video/i, "video"],
    [/shopping/i, "shop"],
    [/mail/i, "mail"],
    [/ai /i, "ai"],
    [/audio/i, "audio"],
    [/sms|push/i, "message"],
    [/referral|affiliate/i, "link"],
    [/./, "ads"],
  ],
};

/** The lines to draw beside a value; `undefined` where none helps. */
export function glyphOf(dimension: string, value: string): string | undefined {
  if (value === "Direct / None") return PATHS.direct;
  const rules = RULES[dimension];
  if (rules && (value === "" || value === "(not set)")) return PATHS.dash;
  const glyph = rules?.find(([word]) => word.test(value))?.[1];
  return glyph && PATHS[glyph];
}

const LETTERED = new Set(["visit:source", "visit:referrer", "visit:utm_source"]);

/** A letter and a hue that a source always has, whatever else is listed; `null` where there is none. */
export function monogramOf(dimension: string, value: string): { letter: string; hue: number } | null {
  if (!LETTERED.has(dimension)) return null;
  const letter = /[\p{L}\p{N}]/u.exec(value)?.[0];
  if (!letter || value === "Direct / None") return null;
  let hash = 7;
  for (const sign of value.toLowerCase().split("/")[0] ?? "")
    hash = (hash * 31 + (sign.codePointAt(0) ?? 0)) % 9973;
  return { letter: letter.toUpperCase(), hue: (hash % 24) * 15 };
}
