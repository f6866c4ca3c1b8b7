import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { removeMember } from "../../api/account";
import type { AccountDetails } from "../../api/account-types";
import { auth } from "../../api/session";
import { FormDialog } from "../../components/Form";
import { Section } from "../../components/Section";
import { useForm } from "../../components/use-form";
import { t } from "../../i18n";
import { urls } from "../../lib/urls";
import { leaveAccount } from "../../state/account";

/** The way out, for everybody but the owner. */
export function Leave({ account }: { account: AccountDetails }) {
  const { route } = useLocation();
  const [isAsking, setAsking] = useState(false);
  const { errors, isSending, send } = useForm<never>([]);

  const leave = async () => {
    const id = auth.identity.value?.user.id ?? "";
    if (await send(() => removeMember(id))) await leaveAccount(() => route(urls.home, true));
  };

  return (
    <Section title={t("account.leave")} intro={t("account.leave_intro")}>
      <button type="button" class="btn btn-outline btn-error self-start" onClick={() => setAsking(true)}>
        {t("account.leave")}
      </button>
      {isAsking && (
        <FormDialog
          title={t("account.leave_title", { account: account.name })}
          submit={t("account.leave_submit")}
          danger
          isSending={isSending}
          error={errors.form}
          onSubmit={leave}
          onClose={() => setAsking(false)}
        >
          <p>{t("account.leave_text")}</p>
        </FormDialog>
      )}
    </Section>
  );
}
