import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { createSite } from "../api/client";
import { toApiError } from "../api/problem";
import { DomainField } from "../components/DomainField";
import { FormError } from "../components/ErrorBox";
import { SelectField, TextField } from "../components/Field";
import { FirstSteps } from "../components/FirstSteps";
import { Header } from "../components/Header";
import { Layout } from "../components/Layout";
import { useTitle } from "../components/use-title";
import { t } from "../i18n";
import { cleanDomain, readableDomain } from "../lib/domain";
import { domainError } from "../lib/domain-error";
import { ownTimezone, timezones } from "../lib/timezones";
import { urls } from "../lib/urls";
import { loadMe } from "../state/me";
import { findSite, keepSite, sites } from "../state/sites";

type Errors = Partial<Record<"name" | "timezone" | "form", string>> & { domain?: ComponentChildren };

export function NewSite() {
  const { route } = useLocation();
  const guess = useMemo(ownTimezone, []);
  const [domain, setDomain] = useState("");
  const [name, setName] = useState("");
  const [timezone, setTimezone] = useState(guess);
  const [errors, setErrors] = useState<Errors>({});
  const [isSending, setSending] = useState(false);
  useTitle(t("site.new.title"));

  const submit = async () => {
    const clean = cleanDomain(domain);
    setDomain(readableDomain(clean));
    const wrong = domainError(clean);
    if (wrong) {
      setErrors({ domain: wrong });
      return;
    }
    setSending(true);
    setErrors({});
    try {
      const site = await createSite({ domain: clean, name: name.trim() || readableDomain(clean), timezone });
      keepSite(site);
      // It may be the one with which the account comes near its quota.
      void loadMe();
      route(urls.setup(site.domain));
    } catch (reason) {
      const problem = toApiError(reason);
      if (problem.status === 409) setErrors({ domain: <Taken domain={clean} /> });
      else
        setErrors(
          problem.fields.size > 0 ? (Object.fromEntries(problem.fields) as Errors) : { form: problem.text },
        );
      setSending(false);
    }
  };

  const zones = useMemo(
    () =>
      timezones([guess]).map(
        (zone) => [zone, zone === guess ? t("site.timezone_guess", { zone }) : zone] as const,
      ),
    [guess],
  );

  return (
    <Layout header={<Header />}>
      <div class="mx-auto max-w-lg py-4 sm:py-10">
        {sites.value?.length === 0 && <FirstSteps step={2} />}
        <h1 class="text-xl font-semibold">{t("site.new.title")}</h1>
        <p class="mb-5 text-quiet">{t("site.new.intro")}</p>
        <form
          class="card-box space-y-5 p-5 sm:p-8"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <DomainField
            label={t("site.domain")}
            autofocus
            value={domain}
            onInput={(value) => {
              setDomain(value);
              setErrors({ ...errors, domain: undefined });
            }}
            hint={t("site.domain_hint")}
            error={errors.domain}
          />
          <TextField
            label={t("site.name")}
            name="name"
            value={name}
            placeholder={readableDomain(cleanDomain(domain))}
            onInput={setName}
            hint={t("site.name_hint")}
            error={errors.name}
          />
          <SelectField
            label={t("site.timezone")}
            name="timezone"
            value={timezone}
            options={zones}
            onChange={setTimezone}
            hint={t("site.timezone_hint")}
            error={errors.timezone}
          />
          <FormError error={errors.form ?? null} />
          <button type="submit" class="btn btn-primary" disabled={isSending}>
            {t("site.new.submit")}
          </button>
        </form>
      </div>
    </Layout>
  );
}

/** Somebody's, or one's own already. */
function Taken({ domain }: { domain: string }) {
  if (!findSite(domain)) return <>{t("site.domain_taken")}</>;
  return (
    <>
      {t("site.domain_own")}{" "}
      <a href={urls.site(domain)} class="font-medium underline underline-offset-4">
        {t("setup.open_dashboard")}
      </a>
    </>
  );
}
