import { useState } from "preact/hooks";
import { changeSite } from "../../api/share";
import type { Site } from "../../api/types";
import { CopyText } from "../../components/CopyText";
import { FormError } from "../../components/ErrorBox";
import { TickField } from "../../components/MoreFields";
import { t } from "../../i18n";
import { hasPublicAddress } from "../../lib/domain";
import { urls } from "../../lib/urls";
import { keepSite } from "../../state/sites";
import { Section, useSaving } from "./form";

/** Whether everybody may see the numbers, at the address of the domain. */
export function PublicDashboard({ site, canChange }: { site: Site; canChange: boolean }) {
  const saving = useSaving();
  // What was ticked shows until the server has answered; when it refuses, the tick goes back.
  const [wanted, setWanted] = useState<boolean | null>(null);
  const change = async (checked: boolean) => {
    setWanted(checked);
    await saving.run(async () => keepSite(await changeSite(site.id, { public: checked })));
    setWanted(null);
  };
  return (
    <Section title={t("settings.public")} intro={t("settings.public_intro")}>
      <TickField
        label={t("settings.public_on")}
        name="public"
        checked={wanted ?? site.public}
        disabled={!canChange || saving.isSending}
        onChange={(checked) => void change(checked)}
      />
      {site.public &&
        (hasPublicAddress(site.domain) ? (
          <CopyText text={urls.publicShare(site.domain)} label={t("settings.public_copy")} />
        ) : (
          <p class="text-[0.8125rem] text-quiet">{t("settings.public_no_address")}</p>
        ))}
      <FormError error={saving.errors.form ?? null} />
    </Section>
  );
}
