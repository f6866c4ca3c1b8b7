import { useState } from "preact/hooks";
import { releaseDomain } from "../../api/account";
import { TextField } from "../../components/Field";
import { Form, FormDialog } from "../../components/Form";
import { Section } from "../../components/Section";
import { useForm } from "../../components/use-form";
import { t } from "../../i18n";
import { cleanDomain, isDomain } from "../../lib/domain";
import { loadSites } from "../../state/sites";

/** Frees a domain for another account; the site that had it keeps what it counted. */
export function ReleaseDomain() {
  const [domain, setDomain] = useState("");
  const [isAsking, setAsking] = useState(false);
  const [done, setDone] = useState<string | null>(null);
  const { errors, isSending, send, refuse, touch } = useForm<"domain">(["domain"]);

  const ask = async () => {
    const clean = cleanDomain(domain);
    setDomain(clean);
    setDone(null);
    if (!isDomain(clean)) return refuse({ domain: t("site.domain_invalid") });
    setAsking(true);
  };
  const release = async () => {
    const isDone = await send(
      () => releaseDomain(domain),
      ({ status }) => (status === 404 ? { domain: t("admin.release_none") } : undefined),
    );
    setAsking(false);
    if (!isDone) return;
    setDone(domain);
    setDomain("");
    // It may have been a site of this account.
    await loadSites();
  };

  return (
    <Section title={t("admin.release")} intro={t("admin.release_intro")}>
      <Form onSubmit={ask}>
        <TextField
          label={t("site.domain")}
          name="domain"
          inputMode="url"
          autocomplete="off"
          placeholder="example.com"
          value={domain}
          onInput={(value) => {
            setDomain(value);
            touch("domain");
          }}
          error={errors.domain ?? errors.form}
        />
        <div class="flex flex-wrap items-center gap-3">
          <button type="submit" class="btn btn-plain">
            {t("admin.release_submit")}
          </button>
          <span role="status" class="text-better">
            {done && t("admin.release_done", { domain: done })}
          </span>
        </div>
      </Form>
      {isAsking && (
        <FormDialog
          title={t("admin.release_title", { domain })}
          submit={t("admin.release_submit")}
          danger
          isSending={isSending}
          error={undefined}
          onSubmit={release}
          onClose={() => setAsking(false)}
        >
          <p>{t("admin.release_text")}</p>
        </FormDialog>
      )}
    </Section>
  );
}
