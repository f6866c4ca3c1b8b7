// The viewer that is logged in. Their dashboard is kept while they look at other pages.

import { createConnection } from "../api/connection";
import { browserWorld } from "../api/live";
import { auth } from "../api/session";
import { viewHref } from "../lib/view";
import { createBoard } from "./dashboard";
import { loadMe } from "./me";
import { createPause } from "./pause";
import type { Viewer } from "./viewer";

const connection = createConnection({
  send: (request) => auth.fetch(request),
  token: () => auth.freshToken(),
  // The login may have been ended elsewhere: any question tells, and the page should not wait for the next one.
  onEnded: () => void loadMe(),
});

const pause = createPause(browserWorld);

export const member: Viewer = {
  connection,
  pause,
  board: createBoard(connection, pause.world),
  limits: null,
  href: viewHref,
};

/** Nothing of a member stays behind when they leave. */
export function forgetMember(): void {
  member.board.forget();
  pause.end();
  connection.closeSocket();
}
