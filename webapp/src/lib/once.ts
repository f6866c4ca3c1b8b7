/** What is made when it is first asked for: a formatter of `Intl` takes milliseconds, and a page needs few of them. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
