// Making an API token, and the one moment at which its secret is shown.

import { useState } from "preact/hooks";
import { createToken } from "../../api/account";
import { type ApiToken, SCOPES, type Scope } from "../../api/account-types";
import { Choice, Group, SitesChoice } from "../../components/Choices";
import { CopyBox } from "../../components/CopyBox";
import { Dialog } from "../../components/Dialog";
import { SelectField, TextField } from "../../components/Field";
import { FormDialog } from "../../components/Form";
import { useForm } from "../../components/use-form";
import { t } from "../../i18n";
import { curlExample } from "../../lib/curl";
import { urls } from "../../lib/urls";
import { canManage } from "../../state/me";
import { sites } from "../../state/sites";

const READING: readonly Scope[] = ["stats:read", "sites:read"];
const LIFETIMES = ["30", "90", "365", "never"] as const;
const DAY = 86_400_000;

export function NewToken({ onDone, onClose }: { onDone: (token: ApiToken) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly Scope[]>(["stats:read"]);
  const [siteIds, setSiteIds] = useState<string[] | null>(null);
  const [lifetime, setLifetime] = useState<string>("90");
  const { errors, isSending, send, refuse, touch } = useForm<"name" | "scopes" | "site_ids" | "expires_at">([
    "name",
    "scopes",
    "site_ids",
    "expires_at",
  ]);

  const submit = async () => {
    const found = {
      ...(name.trim() ? {} : { name: t("auth.required") }),
      ...(scopes.length > 0 ? {} : { scopes: t("tokens.choose_scope") }),
      ...(siteIds?.length === 0 ? { site_ids: t("choice.choose_one") } : {}),
    };
    if (Object.keys(found).length > 0) return refuse(found);
    const ends = new Date(Date.now() + Number(lifetime) * DAY);
    await send(async () =>
      onDone(
        await createToken({
          name: name.trim(),
          scopes: [...scopes],
          ...(siteIds ? { site_ids: siteIds } : {}),
          ...(lifetime === "never" ? {} : { expires_at: ends.toISOString().replace(/\.\d+/, "") }),
        }),
      ),
    );
  };

  return (
    <FormDialog
      title={t("tokens.new_title")}
      submit={t("tokens.submit")}
      isSending={isSending}
      error={errors.form}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={t("tokens.name")}
        name="token-name"
        autocomplete="off"
        autofocus
        value={name}
        onInput={(value) => {
          setName(value);
          touch("name");
        }}
        hint={t("tokens.name_hint")}
        error={errors.name}
      />
      <Group legend={t("tokens.scopes")} error={errors.scopes}>
        {(canManage.value ? SCOPES : READING).map((scope) => (
          <Choice
            key={scope}
            type="checkbox"
            name={`scope-${scope}`}
            checked={scopes.includes(scope)}
            onChange={(checked) => {
              setScopes(SCOPES.filter((other) => (other === scope ? checked : scopes.includes(other))));
              touch("scopes");
            }}
            label={<span class="font-mono text-[0.8125rem]">{scope}</span>}
            hint={t(`scope.${scope}`)}
          />
        ))}
      </Group>
      <SitesChoice
        legend={t("tokens.sites")}
        value={siteIds}
        onChange={setSiteIds}
        allHint={t("tokens.sites_hint")}
        error={errors.site_ids}
      />
      <SelectField
        label={t("tokens.lifetime")}
        name="lifetime"
        value={lifetime}
        options={LIFETIMES.map((value) => [value, t(`tokens.lifetime.${value}`)] as const)}
        onChange={setLifetime}
        error={errors.expires_at}
      />
    </FormDialog>
  );
}

export function MadeToken({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const list = sites.value ?? [];
  const site = token.site_ids ? list.find(({ id }) => token.site_ids?.includes(id)) : list[0];
  const secret = token.token ?? "";
  return (
    <Dialog title={t("tokens.made_title", { name: token.name })} wide sticky onClose={onClose}>
      <div class="space-y-5">
        <p>{t("tokens.once")}</p>
        <CopyBox label={t("tokens.secret")} text={secret} copy={t("tokens.copy")} />
        <CopyBox
          label={t("tokens.example")}
          text={curlExample({ apiBase: urls.apiBase, token: secret, scopes: token.scopes, site })}
          copy={t("tokens.copy_example")}
          plain
        />
        <div class="flex justify-end">
          <button type="button" class="btn btn-plain" onClick={onClose}>
            {t("app.done")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
