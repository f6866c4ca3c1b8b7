import { useEffect, useRef } from "preact/hooks";
import { type Actions, addActions } from "../state/shortcuts";

/** Makes keys do something while this part of the page is there. */
export function useKeys(actions: Actions): void {
  const holder = useRef(actions);
  holder.current = actions;
  useEffect(() => addActions(holder), []);
}
