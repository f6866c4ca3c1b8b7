/** What is made when it is first asked for: a formatter of `Intl` takes milliseconds, and a page needs few of them. */
export function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
