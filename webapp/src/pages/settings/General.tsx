import { useMemo, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { changeSite } from "../../api/share";
import type { Site } from "../../api/types";
import { DomainField } from "../../components/DomainField";
import { FormError } from "../../components/ErrorBox";
import { SelectField, TextField } from "../../components/Field";
import { t } from "../../i18n";
import { cleanDomain, readableDomain } from "../../lib/domain";
import { domainError } from "../../lib/domain-error";
import { timezones } from "../../lib/timezones";
import { urls } from "../../lib/urls";
import { keepSite } from "../../state/sites";
import { onSubmit, SaveRow, Section, useSaving } from "./form";

/** Name, domain and timezone. */
export function General({ site, canChange }: { site: Site; canChange: boolean }) {
  const { route } = useLocation();
  const [name, setName] = useState(site.name);
  const [domain, setDomain] = useState(readableDomain(site.domain));
  const [timezone, setTimezone] = useState(site.timezone);
  const saving = useSaving(["name", "domain", "timezone"]);
  const zones = useMemo(
    () => timezones([site.timezone]).map((zone) => [zone, zone] as const),
    [site.timezone],
  );

  const save = async () => {
    const clean = cleanDomain(domain);
    setDomain(readableDomain(clean));
    const wrong = domainError(clean);
    if (!name.trim()) return saving.refuse({ name: t("auth.required") });
    if (wrong) return saving.refuse({ domain: wrong });
    await saving.run(async () => {
      const changed = await changeSite(site.id, {
        name: name.trim(),
        timezone,
        ...(clean === site.domain ? {} : { domain: clean }),
      });
      keepSite(changed);
      if (changed.domain !== site.domain) route(urls.settings(changed.domain), true);
    });
  };

  return (
    <Section title={t("settings.general")}>
      <form class="space-y-4" noValidate onSubmit={onSubmit(save)} onInput={saving.touch}>
        <TextField
          label={t("site.name")}
          name="name"
          value={name}
          disabled={!canChange}
          onInput={setName}
          error={saving.errors.name}
        />
        <DomainField
          label={t("site.domain")}
          value={domain}
          disabled={!canChange}
          onInput={setDomain}
          hint={canChange ? t("settings.domain_hint") : undefined}
          error={saving.errors.domain}
        />
        <SelectField
          label={t("site.timezone")}
          name="timezone"
          value={timezone}
          options={zones}
          disabled={!canChange}
          onChange={setTimezone}
          hint={t("site.timezone_hint")}
          error={saving.errors.timezone}
        />
        <FormError error={saving.errors.form ?? null} />
        {canChange && <SaveRow saving={saving} />}
      </form>
    </Section>
  );
}
