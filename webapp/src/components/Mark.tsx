import { urls } from "../lib/urls";

/** Haru's head. Decorative: the word beside it, or the link around it, has the name. */
export function Mark({ size }: { size: number }) {
  return <img src={urls.mark} width={size} height={size} alt="" class="shrink-0" />;
}
