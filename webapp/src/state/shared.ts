// A reader of a share link: how they come in, and what they look at.

import { type Connection, createConnection } from "../api/connection";
import { browserWorld } from "../api/live";
import { createReader, type Reader } from "../api/share-session";
import { limitsOf, viewsOf } from "../lib/limits";
import { queryOf } from "../lib/view";
import { type Board, createBoard } from "./dashboard";
import { createPause, type Pause } from "./pause";

export interface Visit {
  reader: Reader;
  connection: Connection;
  pause: Pause;
  board: Board;
}

let begun: { slug: string; visit: Visit } | null = null;

/** The visit of a link, on the way in; the one begun with the page where it is that. */
export function visitOf(slug: string): Visit {
  if (begun?.slug === slug) return begun.visit;
  const reader = createReader(slug, { send: (request) => fetch(request), now: Date.now });
  const connection = createConnection(reader);
  const pause = createPause(browserWorld);
  void reader.start();
  return { reader, connection, pause, board: createBoard(connection, pause.world) };
}

/** Goes in, and asks for the dashboard of the page's address, before there is anything to draw it. */
export function beginVisit(slug: string): void {
  const visit = visitOf(slug);
  begun = { slug, visit };
  let isOver = false;
  // When the state changes, not a moment later: what draws it would ask first, and then both would.
  visit.reader.state.subscribe((state) => {
    if (isOver || state.is === "opening") return;
    isOver = true;
    if (state.is !== "open") return;
    const { site } = state.shared;
    const { view } = viewsOf(location.search, limitsOf(state.shared, site.timezone), site.timezone);
    if (!view.realtime) visit.board.begin(site.id, queryOf(view));
  });
}
