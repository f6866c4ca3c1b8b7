// Another language starts the page anew, with the address as it is: it says what is shown.

import { keepLanguage } from "../i18n/languages";

export function switchLanguage(tag: string): void {
  const isKept = keepLanguage(tag);
  const address = new URL(location.href);
  // What an address asks for wins over what is kept, so it has to change with it.
  if (!isKept || address.searchParams.has("lang")) {
    address.searchParams.set("lang", tag);
    history.replaceState(null, "", address);
  }
  location.reload();
}
