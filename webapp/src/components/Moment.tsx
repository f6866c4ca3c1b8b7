import { agoOf, dayOf, momentOf } from "../lib/moments";

/** When: how long ago, or the date, with the exact moment for who points at it. */
export function Moment({ at, as = "ago" }: { at: string; as?: "ago" | "day" | "moment" }) {
  const words = { ago: agoOf, day: dayOf, moment: momentOf }[as];
  return (
    <time dateTime={at} title={momentOf(at)} class="whitespace-nowrap">
      {words(at)}
    </time>
  );
}
