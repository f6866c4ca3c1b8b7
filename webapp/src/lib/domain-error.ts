// What is wrong with a domain, in words.

import { t } from "../i18n";
import { domainProblem } from "./domain";

export function domainError(clean: string): string | undefined {
  switch (domainProblem(clean)) {
    case null:
      return undefined;
    case "empty":
      return t("auth.required");
    case "signs":
      return t("site.domain_signs");
    case "dot":
      return t("site.domain_dot", { domain: clean });
    case "form":
      return t("site.domain_invalid");
  }
}
