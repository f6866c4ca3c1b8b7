import { useState } from "preact/hooks";
import type { ShareLink } from "../../api/share-types";
import { Dialog } from "../../components/Dialog";
import { SelectField } from "../../components/Field";
import { Snippet } from "../../components/Snippet";
import { LANGUAGES, t } from "../../i18n";
import { languageName } from "../../i18n/languages";
import { embedSnippet } from "../../lib/share-draft";
import { THEMES, type Theme } from "../../state/theme";

/** What to paste into the page that shows the dashboard. */
export function EmbedDialog({ link, onClose }: { link: ShareLink; onClose: () => void }) {
  const [theme, setTheme] = useState<Theme>("system");
  const [lang, setLang] = useState("");
  return (
    <Dialog title={t("links.embed_title", { name: link.name })} onClose={onClose}>
      <div class="space-y-4">
        <SelectField
          label={t("links.embed_theme")}
          name="theme"
          value={theme}
          options={THEMES.map((name) => [name, t(`theme.${name}`)] as const)}
          onChange={(value) => setTheme(value as Theme)}
        />
        <SelectField
          label={t("language.label")}
          name="language"
          value={lang}
          options={[["", t("language.reader")], ...LANGUAGES.map((tag) => [tag, languageName(tag)] as const)]}
          onChange={setLang}
        />
        <p class="text-quiet">
          {link.embed_origins.includes("*")
            ? t("links.embed_anywhere")
            : t("links.embed_only", { origins: link.embed_origins.join(", ") })}
        </p>
        <Snippet code={embedSnippet(link, { theme, lang: lang || null })} />
      </div>
    </Dialog>
  );
}
