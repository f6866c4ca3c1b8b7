// What the first page waits for, asked before the code that draws it is run: this module comes first in `main.tsx`.

import { loadChart } from "./components/load-chart";
import { loadTexts } from "./i18n";
import { today } from "./lib/dates";
import { urls } from "./lib/urls";
import { beginVisit } from "./state/shared";

/** Nothing can be drawn without them. */
export const texts = loadTexts("shared");

const slug = urls.sharedSlug(location.pathname);
if (slug !== null) {
  beginVisit(slug);
  // Most of them show it; those that do not pay little for it. Whoever draws it hears that it can't be had.
  loadChart().catch(() => undefined);
}

const load = () => Promise.all([import("./app"), loadTexts("member")]).then(([app]) => app);
const begun = slug === null ? load() : null;
// Whoever draws it hears that it can't be had.
begun?.catch(() => undefined);

// A browser wakes its calendars and numbers when they are first used. That takes longer than all that is written with
// them, and now nobody waits for it: the first answers are on their way.
today("UTC");

/** What is behind a login. */
export const loadApp = () => begun ?? load();
