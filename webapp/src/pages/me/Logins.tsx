import { useState } from "preact/hooks";
import { endLogin, endOtherLogins, listLogins } from "../../api/account";
import type { Login } from "../../api/account-types";
import { toApiError } from "../../api/problem";
import { Badge } from "../../components/Badge";
import { FormDialog } from "../../components/Form";
import { Moment } from "../../components/Moment";
import { Section, Waiting } from "../../components/Section";
import { useForm } from "../../components/use-form";
import { useLoaded } from "../../components/use-loaded";
import { t } from "../../i18n";
import { flash } from "../../state/flash";

/** Where one is logged in, and the end of it there. */
export function Logins() {
  const logins = useLoaded(listLogins);
  const [isAsking, setAsking] = useState(false);
  const { errors, isSending, send } = useForm<never>([]);
  const list = logins.value ?? [];

  const end = (login: Login) =>
    endLogin(login.id).then(
      () => logins.keep(list.filter(({ id }) => id !== login.id)),
      (error: unknown) => flash(toApiError(error).text),
    );
  const endOthers = async () => {
    if (!(await send(endOtherLogins))) return;
    logins.keep(list.filter(({ current }) => current));
    setAsking(false);
  };

  return (
    <>
      <Section
        title={t("logins.title")}
        intro={t("logins.intro")}
        action={
          list.some(({ current }) => !current) && (
            <button type="button" class="btn btn-plain" onClick={() => setAsking(true)}>
              {t("logins.end_others")}
            </button>
          )
        }
      >
        <Waiting of={logins}>
          {(all) => (
            <ul class="-my-2 divide-y divide-line">
              {all.map((login) => (
                <Row key={login.id} login={login} onEnd={() => end(login)} />
              ))}
            </ul>
          )}
        </Waiting>
      </Section>
      {isAsking && (
        <FormDialog
          title={t("logins.end_others_title")}
          submit={t("logins.end_others_submit")}
          danger
          isSending={isSending}
          error={errors.form}
          onSubmit={endOthers}
          onClose={() => setAsking(false)}
        >
          <p>{t("logins.end_others_text")}</p>
        </FormDialog>
      )}
    </>
  );
}

function Row({ login, onEnd }: { login: Login; onEnd: () => void }) {
  return (
    <li class="flex items-center gap-3 py-3">
      <div class="min-w-0 grow">
        <p class="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span class="min-w-0 font-medium break-words">{login.client || t("logins.unknown")}</span>
          {login.current && <Badge tone="accent">{t("logins.this")}</Badge>}
        </p>
        <p class="flex flex-wrap gap-x-3 text-[0.8125rem] text-quiet">
          <span class="break-words">{t("logins.in", { account: login.account.name })}</span>
          <span>
            {t("logins.used")} <Moment at={login.last_used_at} />
          </span>
          <span>
            {t("logins.since")} <Moment at={login.created_at} as="day" />
          </span>
        </p>
      </div>
      {!login.current && (
        <button
          type="button"
          class="btn btn-plain btn-sm shrink-0"
          aria-label={t("logins.end_of", { client: login.client || t("logins.unknown") })}
          onClick={onEnd}
        >
          {t("logins.end")}
        </button>
      )}
    </li>
  );
}
