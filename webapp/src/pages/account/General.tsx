import { useState } from "preact/hooks";
import { renameAccount } from "../../api/account";
import type { AccountDetails, QuotaState } from "../../api/account-types";
import { auth } from "../../api/session";
import { FormError } from "../../components/ErrorBox";
import { TextField } from "../../components/Field";
import { Form, SaveLine } from "../../components/Form";
import { Icon } from "../../components/Icon";
import { Moment } from "../../components/Moment";
import { Section } from "../../components/Section";
import { useForm } from "../../components/use-form";
import { type TextKey, t } from "../../i18n";
import { formatExact } from "../../lib/format";
import { canManage, loadMe } from "../../state/me";

interface GeneralProps {
  account: AccountDetails;
  onChange: (account: AccountDetails) => void;
}

export function General({ account, onChange }: GeneralProps) {
  return (
    <>
      <Section title={t("account.usage")} intro={t("account.usage_intro")}>
        <dl class="grid grid-cols-1 gap-5 sm:grid-cols-3">
          <Figure
            name={t("account.events_this_month")}
            value={account.events_this_month}
            max={account.events_a_month_max}
          />
          <Figure name={t("account.sites")} value={account.sites} max={account.sites_max} />
          <Figure name={t("account.members")} value={account.members} />
        </dl>
        <QuotaMessage state={account.quota} near="notice.quota_near" exceeded="notice.quota_exceeded" />
        <QuotaMessage
          state={account.sites_quota}
          near="notice.sites_quota_near"
          exceeded="notice.sites_quota_exceeded"
        />
      </Section>
      <Name account={account} onChange={onChange} />
    </>
  );
}

function Figure({ name, value, max }: { name: string; value: number; max?: number | undefined }) {
  const part = max ? Math.min(1, value / max) : 0;
  return (
    <div class="min-w-0 space-y-1">
      <dt class="text-quiet">{name}</dt>
      <dd class="space-y-2">
        <span class="block text-[1.375rem] leading-7 font-semibold tabular-nums">{formatExact(value)}</span>
        {max !== undefined && (
          <>
            <span aria-hidden="true" class="block h-1.5 overflow-hidden rounded-full bg-line">
              <span
                class={`block h-full rounded-full ${part >= 1 ? "bg-worse" : "bg-accent"}`}
                style={{ width: `${part * 100}%` }}
              />
            </span>
            <span class="block text-[0.8125rem] text-quiet">
              {t("account.of", { max: formatExact(max) })}
            </span>
          </>
        )}
      </dd>
    </div>
  );
}

/** Says clearly when what there is comes near its quota, and when it is over it. */
function QuotaMessage({ state, near, exceeded }: { state: QuotaState; near: TextKey; exceeded: TextKey }) {
  if (state !== "near" && state !== "exceeded") return null;
  const isOver = state === "exceeded";
  return (
    <p
      role="status"
      class={`flex items-start gap-3 rounded-box border px-4 py-3 ${
        isOver ? "border-worse/40 bg-worse/10" : "border-accent/35 bg-accent/10"
      }`}
    >
      <Icon name="alert" class={`mt-0.5 ${isOver ? "text-worse" : "text-primary"}`} />
      <span class="min-w-0">{t(isOver ? exceeded : near)}</span>
    </p>
  );
}

function Name({ account, onChange }: GeneralProps) {
  const [name, setName] = useState(account.name);
  const [isSaved, setSaved] = useState(false);
  const { errors, isSending, send, refuse, touch } = useForm<"name">(["name"]);

  const save = async () => {
    if (!name.trim()) return refuse({ name: t("auth.required") });
    const isDone = await send(async () => onChange(await renameAccount(name.trim())));
    setSaved(isDone);
    // The header and its list of accounts have the name, too.
    if (isDone) await loadMe();
  };

  const about = (
    <>
      {t("account.you_are", { role: t(`role.${account.role}`) })} {t("account.since")}{" "}
      <Moment at={account.created_at} as="day" />.
    </>
  );
  if (!canManage.value)
    return <Section title={auth.identity.value?.account.name ?? account.name} intro={about} />;
  return (
    <Section title={t("account.general")} intro={about}>
      <Form onSubmit={save}>
        <TextField
          label={t("account.name")}
          name="account-name"
          value={name}
          onInput={(value) => {
            setName(value);
            setSaved(false);
            touch("name");
          }}
          hint={t("account.name_hint")}
          error={errors.name}
        />
        <FormError error={errors.form ?? null} />
        <SaveLine isSending={isSending} isSaved={isSaved} />
      </Form>
    </Section>
  );
}
