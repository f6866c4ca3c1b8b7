import { useMemo, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { changeSite } from "../../api/share";
import type { Site } from "../../api/types";
import { FormError } from "../../components/ErrorBox";
import { SelectField, TextField } from "../../components/Field";
import { t } from "../../i18n";
import { cleanDomain, isDomain } from "../../lib/domain";
import { timezones } from "../../lib/timezones";
import { urls } from "../../lib/urls";
import { keepSite } from "../../state/sites";
import { onSubmit, SaveRow, Section, useSaving } from "./form";

/** Name, domain and timezone. */
export function General({ site, canChange }: { site: Site; canChange: boolean }) {
  const { route } = useLocation();
  const [name, setName] = useState(site.name);
  const [domain, setDomain] = useState(site.domain);
  const [timezone, setTimezone] = useState(site.timezone);
  const saving = useSaving(["name", "domain", "timezone"]);
  const zones = useMemo(
    () => timezones([site.timezone]).map((zone) => [zone, zone] as const),
    [site.timezone],
  );

  const save = async () => {
    const clean = cleanDomain(domain);
    setDomain(clean);
    if (!name.trim()) return saving.refuse({ name: t("auth.required") });
    if (!isDomain(clean)) return saving.refuse({ domain: t("site.domain_invalid") });
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
        <TextField
          label={t("site.domain")}
          name="domain"
          inputMode="url"
          value={domain}
          disabled={!canChange}
          onInput={setDomain}
          onBlur={() => setDomain(cleanDomain(domain))}
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
