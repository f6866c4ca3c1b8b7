import { useState } from "preact/hooks";
import { listAudit } from "../../api/account";
import type { AuditEntry } from "../../api/account-types";
import { toApiError } from "../../api/problem";
import { FormError } from "../../components/ErrorBox";
import { Moment } from "../../components/Moment";
import { Section, Waiting } from "../../components/Section";
import { useLoaded } from "../../components/use-loaded";
import { t, tMaybe } from "../../i18n";

/** What was done in the account, newest first. */
export function Audit() {
  const log = useLoaded(() => listAudit());
  const [error, setError] = useState<string | null>(null);
  const [isLoading, setLoading] = useState(false);

  const older = async () => {
    const known = log.value?.entries ?? [];
    setLoading(true);
    setError(null);
    try {
      const page = await listAudit(known.at(-1)?.id);
      log.keep({ entries: [...known, ...page.entries], more: page.more });
    } catch (reason) {
      setError(toApiError(reason).text);
    }
    setLoading(false);
  };

  return (
    <Section title={t("audit.title")} intro={t("audit.intro")}>
      <Waiting of={log}>
        {({ entries, more }) => (
          <>
            {entries.length === 0 && <p class="text-quiet">{t("audit.none")}</p>}
            <ol class="-my-2 divide-y divide-line">
              {entries.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </ol>
            <FormError error={error} />
            {more && (
              <button
                type="button"
                class="btn btn-plain btn-sm self-start"
                disabled={isLoading}
                onClick={older}
              >
                {t("audit.older")}
              </button>
            )}
          </>
        )}
      </Waiting>
    </Section>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  return (
    <li class="grid gap-x-6 gap-y-0.5 py-2.5 sm:grid-cols-[minmax(0,1fr)_auto]">
      <p class="min-w-0 break-words">
        <span class="font-medium">{tMaybe(`audit.${entry.action}`) ?? entry.action}</span>
        {entry.subject && <span class="text-quiet"> {entry.subject}</span>}
      </p>
      <p class="text-[0.8125rem] text-quiet sm:text-right">
        <Moment at={entry.at} as="moment" />
      </p>
      <p class="text-[0.8125rem] break-words text-quiet sm:col-span-2">
        {[entry.who, entry.client].filter(Boolean).join(" · ")}
      </p>
    </li>
  );
}
