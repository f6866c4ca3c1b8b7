// Something that opens as a step of the history: closing it goes that step back, unless the reader went on from there.

import { useEffect, useRef } from "preact/hooks";

export function useStep(isOpen: boolean): { opening: () => void; close: (otherwise: () => void) => void } {
  const isOurs = useRef(false);
  const address = useRef<string | null>(null);

  useEffect(() => {
    address.current = isOpen && isOurs.current ? location.href : null;
    isOurs.current = false;
  }, [isOpen]);

  return {
    opening() {
      isOurs.current = true;
    },
    close(otherwise) {
      if (address.current === location.href) history.back();
      else otherwise();
    },
  };
}
