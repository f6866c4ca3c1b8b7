import { useState } from "preact/hooks";
import { rotateToken } from "../../api/client";
import type { Site } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { FormError } from "../../components/ErrorBox";
import { t } from "../../i18n";
import { keepSite } from "../../state/sites";
import { DialogButtons, Section, useSaving } from "./form";

/** The token that the snippet carries. */
export function Token({ site }: { site: Site }) {
  const [isAsking, setAsking] = useState(false);
  const saving = useSaving();

  const rotate = () =>
    saving.run(async () => {
      keepSite(await rotateToken(site.id));
      setAsking(false);
    });

  return (
    <Section title={t("settings.token")} intro={t("settings.token_intro")}>
      <p class="font-mono text-[0.8125rem] break-all">{site.tracking_token}</p>
      <div class="flex flex-wrap items-center gap-x-4 gap-y-2">
        <button type="button" class="btn btn-plain" onClick={() => setAsking(true)}>
          {t("settings.token_rotate")}
        </button>
        <span role="status" class="text-better">
          {saving.isSaved && t("settings.token_done")}
        </span>
      </div>
      {isAsking && (
        <Dialog title={t("settings.token_confirm_title")} onClose={() => setAsking(false)}>
          <div class="space-y-4">
            <p class="text-quiet">{t("settings.token_confirm")}</p>
            <FormError error={saving.errors.form ?? null} />
            <DialogButtons onCancel={() => setAsking(false)}>
              <button type="button" class="btn btn-primary" onClick={rotate}>
                {t("settings.token_rotate")}
              </button>
            </DialogButtons>
          </div>
        </Dialog>
      )}
    </Section>
  );
}
