// The language of the interface, on pages without a user menu.

import { LANGUAGES, language, t } from "../i18n";
import { languageName } from "../i18n/languages";
import { switchLanguage } from "../state/language";

export function LanguageChoice() {
  return (
    <select
      aria-label={t("language.label")}
      class="field-sizing-content w-auto cursor-pointer rounded-md bg-transparent py-1 text-xs text-quiet hover:text-base-content"
      onChange={(event) => switchLanguage(event.currentTarget.value)}
    >
      {LANGUAGES.map((tag) => (
        <option
          key={tag}
          value={tag}
          lang={tag}
          selected={tag === language}
          class="bg-card text-base-content"
        >
          {languageName(tag)}
        </option>
      ))}
    </select>
  );
}
