import { useState } from "preact/hooks";
import { changeSite } from "../../api/share";
import type { Site } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { FormError } from "../../components/ErrorBox";
import { TextField } from "../../components/Field";
import { Icon } from "../../components/Icon";
import { TickField } from "../../components/MoreFields";
import { t } from "../../i18n";
import { formatExact } from "../../lib/format";
import { keepSite } from "../../state/sites";
import { DialogButtons, onSubmit, SaveRow, Section, useSaving } from "./form";

/** How long numbers are kept. Keeping them shorter than before deletes, so it is asked for twice. */
export function Retention({ site, canChange }: { site: Site; canChange: boolean }) {
  const [isForever, setForever] = useState(site.retention_days == null);
  const [days, setDays] = useState(String(site.retention_days ?? 365));
  const [isAsking, setAsking] = useState(false);
  const saving = useSaving(["retention_days"]);
  const count = /^\d{1,5}$/.test(days.trim()) ? Number(days) : 0;

  const save = () =>
    saving.run(async () => {
      setAsking(false);
      keepSite(await changeSite(site.id, { retention_days: isForever ? null : count }));
    });

  const submit = () => {
    if (isForever) return void save();
    if (count < 1) return saving.refuse({ retention_days: t("settings.retention_invalid") });
    if (site.retention_days == null || count < site.retention_days) setAsking(true);
    else void save();
  };

  return (
    <Section title={t("settings.retention")} intro={t("settings.retention_intro")}>
      <form class="space-y-4" noValidate onSubmit={onSubmit(submit)} onInput={saving.touch}>
        <TickField
          label={t("settings.retention_forever")}
          name="forever"
          checked={isForever}
          disabled={!canChange}
          onChange={setForever}
        />
        {!isForever && (
          <>
            <TextField
              label={t("settings.retention_days")}
              name="retention_days"
              value={days}
              disabled={!canChange}
              onInput={setDays}
              error={saving.errors.retention_days}
            />
            <p class="flex items-start gap-2 text-[0.8125rem]">
              <Icon name="alert" class="mt-0.5 text-primary" />
              {t("settings.retention_warning")}
            </p>
          </>
        )}
        <FormError error={saving.errors.form ?? null} />
        {canChange && <SaveRow saving={saving} />}
      </form>
      {isAsking && (
        <Dialog
          title={t("settings.retention_confirm_title", { days: formatExact(count) })}
          onClose={() => setAsking(false)}
        >
          <div class="space-y-4">
            <p class="text-quiet">{t("settings.retention_warning")}</p>
            <DialogButtons onCancel={() => setAsking(false)}>
              <button type="button" class="btn btn-error" onClick={save}>
                {t("settings.retention_confirm")}
              </button>
            </DialogButtons>
          </div>
        </Dialog>
      )}
    </Section>
  );
}
