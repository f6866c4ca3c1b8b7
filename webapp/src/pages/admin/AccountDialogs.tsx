import { useState } from "preact/hooks";
import { changeAccount } from "../../api/account";
import type { AdminAccount } from "../../api/account-types";
import { TextField } from "../../components/Field";
import { FormDialog } from "../../components/Form";
import { useForm } from "../../components/use-form";
import { t } from "../../i18n";

interface AccountDialogProps {
  account: AdminAccount;
  onDone: (account: AdminAccount) => void;
  onClose: () => void;
}

/** A limit as typed: empty for none, `undefined` when it is no number. */
function limitOf(text: string): number | null | undefined {
  const digits = text.replace(/[\s,.']/g, "");
  if (digits === "") return null;
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}

export function Quotas({ account, onDone, onClose }: AccountDialogProps) {
  const [sitesMax, setSitesMax] = useState(`${account.sites_max ?? ""}`);
  const [eventsMax, setEventsMax] = useState(`${account.events_a_month_max ?? ""}`);
  const { errors, isSending, send, refuse, touch } = useForm<"sites_max" | "events_a_month_max">([
    "sites_max",
    "events_a_month_max",
  ]);

  const save = async () => {
    const [sites_max, events_a_month_max] = [limitOf(sitesMax), limitOf(eventsMax)];
    if (sites_max === undefined || events_a_month_max === undefined)
      return refuse({
        ...(sites_max === undefined ? { sites_max: t("admin.no_number") } : {}),
        ...(events_a_month_max === undefined ? { events_a_month_max: t("admin.no_number") } : {}),
      });
    await send(async () => onDone(await changeAccount(account.id, { sites_max, events_a_month_max })));
  };

  return (
    <FormDialog
      title={t("admin.quotas_title", { account: account.name })}
      submit={t("app.save")}
      isSending={isSending}
      error={errors.form}
      onSubmit={save}
      onClose={onClose}
    >
      <p>{t("admin.quotas_text")}</p>
      <TextField
        label={t("admin.sites_max")}
        name="sites-max"
        autofocus
        value={sitesMax}
        onInput={(value) => {
          setSitesMax(value);
          touch("sites_max");
        }}
        hint={t("admin.no_limit")}
        error={errors.sites_max}
      />
      <TextField
        label={t("admin.events_max")}
        name="events-max"
        value={eventsMax}
        onInput={(value) => {
          setEventsMax(value);
          touch("events_a_month_max");
        }}
        hint={t("admin.no_limit")}
        error={errors.events_a_month_max}
      />
    </FormDialog>
  );
}

export function SwitchOff({ account, onDone, onClose }: AccountDialogProps) {
  const { errors, isSending, send } = useForm<never>([]);
  const change = () =>
    send(async () => onDone(await changeAccount(account.id, { disabled: !account.disabled })));
  return (
    <FormDialog
      title={t(account.disabled ? "admin.enable_title" : "admin.disable_title", { account: account.name })}
      submit={t(account.disabled ? "admin.enable" : "admin.disable")}
      danger={!account.disabled}
      isSending={isSending}
      error={errors.form}
      onSubmit={change}
      onClose={onClose}
    >
      <p>{t(account.disabled ? "admin.enable_text" : "admin.disable_text")}</p>
    </FormDialog>
  );
}
