import { useEffect, useState } from "preact/hooks";
import { today } from "../lib/dates";

const LOOK_EVERY_MS = 20_000;

/** The day of a timezone, also on a page that is left open beyond midnight. */
export function useToday(timezone: string): string {
  const [, setDay] = useState("");
  useEffect(() => {
    const timer = setInterval(() => setDay(today(timezone)), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [timezone]);
  return today(timezone);
}
