import { useState } from "preact/hooks";
import { changeSite } from "../../api/share";
import type { Site } from "../../api/types";
import { FormError } from "../../components/ErrorBox";
import { LinesField, TickField } from "../../components/MoreFields";
import { t } from "../../i18n";
import { keepSite } from "../../state/sites";
import { linesOf, onSubmit, SaveRow, Section, useSaving } from "./form";

/** Which hits count: hostnames, paths, and whether those who ask not to be tracked are left out. */
export function Counting({ site, canChange }: { site: Site; canChange: boolean }) {
  const [hostnames, setHostnames] = useState(site.allowed_hostnames.join("\n"));
  const [paths, setPaths] = useState(site.excluded_paths.join("\n"));
  const [dnt, setDnt] = useState(site.honour_dnt);
  const saving = useSaving(["allowed_hostnames", "excluded_paths"]);

  const save = () =>
    saving.run(async () => {
      const changed = await changeSite(site.id, {
        allowed_hostnames: linesOf(hostnames),
        excluded_paths: linesOf(paths),
        honour_dnt: dnt,
      });
      keepSite(changed);
      // As the server spells them.
      setHostnames(changed.allowed_hostnames.join("\n"));
      setPaths(changed.excluded_paths.join("\n"));
    });

  return (
    <Section id="counting" title={t("settings.counting")} intro={t("settings.counting_intro")}>
      <form class="space-y-4" noValidate onSubmit={onSubmit(save)} onInput={saving.touch}>
        <LinesField
          label={t("settings.hostnames")}
          name="allowed_hostnames"
          value={hostnames}
          placeholder={"www.example.com\n*.example.com"}
          disabled={!canChange}
          onInput={setHostnames}
          hint={t("settings.hostnames_hint")}
          error={saving.errors.allowed_hostnames}
        />
        <LinesField
          label={t("settings.paths")}
          name="excluded_paths"
          value={paths}
          placeholder={"/admin/**\n/drafts/*"}
          disabled={!canChange}
          onInput={setPaths}
          hint={t("settings.paths_hint")}
          error={saving.errors.excluded_paths}
        />
        <TickField
          label={t("settings.dnt")}
          name="honour_dnt"
          checked={dnt}
          disabled={!canChange}
          onChange={setDnt}
          hint={t("settings.dnt_hint")}
        />
        <FormError error={saving.errors.form ?? null} />
        {canChange && <SaveRow saving={saving} />}
      </form>
    </Section>
  );
}
