/*
 * The script that sites embed. This file decides what is a pageview and when, and measures attention.
 * Invariants: a page counts once, when it is first seen; nothing is stored on the device; every byte is paid for by
 * each visitor of each site (scripts/build.mjs holds the budget, README.md names what was left out for it).
 */
import { data, excluded, fragment } from "./options";
import { CAPACITY, deliver, isHidden, lookWhether, outbox } from "./outbox";

type Props = Record<string, string | number | boolean>;
/** `interactive: false` keeps an event from ending a bounce. `e` and `sd` are engagement's own. */
type Options = { interactive?: boolean; e?: number; sd?: number };
type Call = [name: string, props?: Props, options?: Options];

interface Haru {
  (...call: Call): void;
  /** Calls made before the script was loaded, left by the stub in the page. */
  q?: Call[];
  /** Set once the script runs: a page that includes it twice is still counted once. */
  l?: boolean;
}

declare global {
  interface Document {
    readonly prerendering?: boolean;
  }
  interface Navigator {
    readonly globalPrivacyControl?: boolean;
  }
  interface Window {
    haru?: Haru;
  }
}

const stub: Partial<Haru> = self.haru || {};
/** Custom events not sent yet: those of the stub, and those of a page that was not seen yet. */
const calls = stub.q || [];

/** What makes a page another page: the path, with hash routing the fragment too. */
let pageKey: string;
/** URL of the page being viewed. Undefined until one was seen. */
let p: string;
let lastUpdate: number;
/** Visible milliseconds not reported yet. */
let engaged: number;
/** Lowest point of the page that was in view, in pixels. */
let reached: number;

const emit = ([n, m, { interactive: i, e, sd } = {}]: Call): void => {
  // Comparisons that convert: "1" > 0 is Do Not Track ("unspecified" is not), and "true" > "t".
  try {
    if (
      excluded.test(pageKey) ||
      (!("local" in data) && (navigator.webdriver || /^127\.|^$|localhost$/.test(location.hostname))) ||
      ("dnt" in data &&
        ((navigator.doNotTrack as unknown as number) > 0 || navigator.globalPrivacyControl)) ||
      localStorage.haru_ignore > "t"
    ) {
      return;
    }
  } catch {
    // Where storage is forbidden, reading it throws. It comes last: nobody can have set the key, so count.
  }
  if (outbox.size < CAPACITY) {
    outbox.set(
      JSON.stringify({
        n,
        p,
        r: document.referrer,
        h: !fragment,
        sw: screen.width,
        sh: screen.height,
        // Begins with the time, so that the server finds neighbours side by side.
        id: Date.now() + `${Math.random()}`,
        m,
        i,
        e,
        sd,
      }),
    );
  }
  deliver();
};

/**
 * Looks at what has changed, whatever it was that happened: time, scroll position, visibility, address.
 * A prerendered page is hidden, like a tab in the background: both count when they are first seen.
 */
const update = (event: { type?: string; persisted?: boolean } = {}): void => {
  const now = performance.now();
  const key = location.pathname + location.hash.replace(fragment, "");

  // NaN until the first pageview, so that nothing is reported before it.
  if (!isHidden) engaged += now - lastUpdate;
  lastUpdate = now;
  lookWhether(event.type);
  reached = Math.max(reached, scrollY + innerHeight);

  if (isHidden || event.persisted || key !== pageKey) {
    if (engaged) {
      const sd = Math.min(100, ((reached / document.documentElement.scrollHeight) * 100) | 0);
      // biome-ignore lint/suspicious/noSparseArray: smaller than undefined
      emit(["engagement", , { e: engaged | 0, sd }]);
    }
    engaged = 0;
    if (!isHidden) {
      pageKey = key;
      p = location.href.replace(fragment, "");
      reached = 0;
      emit(["pageview"]);
    }
  }
  if (p) calls.splice(0).map(emit);
};

if (!stub.l) {
  // biome-ignore lint/suspicious/noAssignInExpressions: smaller than a name for it
  (self.haru = ((...call) => update(calls.push(call) as unknown as undefined)) as Haru).l = true;

  const types = [
    "pushState",
    "replaceState",
    "popstate", // of a changed fragment too: "hashchange" would add nothing
    "pagehide",
    "pageshow",
    "visibilitychange",
    "prerenderingchange", // after that, when a prerendered page is shown
    "scroll",
  ] as const;
  // biome-ignore lint/suspicious/useIterableCallbackReturn: compresses better than a loop
  types.map((type) => {
    const original = history[type as "pushState"];
    if (original) {
      history[type as "pushState"] = (...args) => update(original.apply(history, args) as undefined);
    } else addEventListener(type, update as EventListener, true); // captured: "prerenderingchange" does not bubble
  });
  update();
}
