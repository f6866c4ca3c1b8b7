import { useEffect } from "preact/hooks";

/** A page that reads the fragment of its address once starts anew with another one. */
export function useFragment(): void {
  useEffect(() => {
    const reload = () => location.reload();
    addEventListener("hashchange", reload);
    return () => removeEventListener("hashchange", reload);
  }, []);
}
