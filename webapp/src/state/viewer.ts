// Who looks at a dashboard: by which connection, at which addresses, and what of it they may be offered. The server
// holds everybody to that anyway; here it decides what is drawn.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Connection } from "../api/connection";
import type { Limits } from "../lib/limits";
import type { View } from "../lib/view";
import type { Board } from "./dashboard";
import type { Pause } from "./pause";

export interface Viewer {
  connection: Connection;
  board: Board;
  /** Whether updates wait. */
  pause: Pause;
  /** `null` for members, who may see everything of a site, what was not counted included. */
  limits: Limits | null;
  /** The address of a view. */
  href(site: string, view: View): string;
}

export const ViewerContext = createContext<Viewer | null>(null);

export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error("a dashboard needs a viewer around it");
  return viewer;
}
