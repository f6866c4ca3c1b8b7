// Parts of a page that are loaded when they are needed: dialogs, and views that most readers never open.

import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { flash } from "../state/flash";

/** A component out of a module of its own; `waiting` stands in its place until it is there. */
export function lazyPart<P extends object>(
  load: () => Promise<ComponentType<P>>,
  waiting: () => ComponentChildren = () => null,
): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Part(props: P) {
    const [isLoaded, setLoaded] = useState(loaded !== null);
    useEffect(() => {
      let gone = false;
      if (loaded === null)
        load().then(
          (component) => {
            loaded = component;
            if (!gone) setLoaded(true);
          },
          // The server is away, or newer than this page and has other files by now.
          () => flash(t("error.network")),
        );
      return () => {
        gone = true;
      };
    }, []);
    const Component = loaded;
    return Component && isLoaded ? <Component {...props} /> : waiting();
  };
}
