import { isCountryCode } from "../lib/names";
import { urls } from "../lib/urls";
import { Icon } from "./Icon";

/** The flag of a country, from a file of its own; decorative, the name stands beside it. */
export function Flag({ country }: { country: string }) {
  if (!isCountryCode(country)) return <Icon name="globe" class="mx-0.5 text-quiet" />;
  return (
    <img
      src={urls.flag(country)}
      alt=""
      width={20}
      height={14}
      loading="lazy"
      decoding="async"
      class="h-3.5 w-5 shrink-0 rounded-[3px] object-cover ring-1 ring-black/10"
    />
  );
}
