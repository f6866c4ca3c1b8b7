import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { deleteAccount } from "../../api/account";
import type { AccountDetails } from "../../api/account-types";
import { FormDialog } from "../../components/Form";
import { OwnPasswordField } from "../../components/OwnPasswordField";
import { Section } from "../../components/Section";
import { useForm } from "../../components/use-form";
import { t, tn } from "../../i18n";
import { urls } from "../../lib/urls";
import { leaveAccount } from "../../state/account";

/** The end of an account, for its owner. */
export function DeleteAccount({ account }: { account: AccountDetails }) {
  const { route } = useLocation();
  const [isAsking, setAsking] = useState(false);
  const [password, setPassword] = useState("");
  const { errors, isSending, send, refuse, touch } = useForm<"password">(["password"]);

  const close = () => {
    setAsking(false);
    setPassword("");
    refuse({});
  };
  const remove = async () => {
    if (!password) return refuse({ password: t("auth.required") });
    if (await send(() => deleteAccount(password))) await leaveAccount(() => route(urls.home, true));
  };

  return (
    <Section title={t("account.delete")} intro={t("account.delete_intro")}>
      <button type="button" class="btn btn-outline btn-error self-start" onClick={() => setAsking(true)}>
        {t("account.delete")}
      </button>
      {isAsking && (
        <FormDialog
          title={t("account.delete_title", { account: account.name })}
          submit={t("account.delete_submit")}
          danger
          isSending={isSending}
          error={errors.form}
          onSubmit={remove}
          onClose={close}
        >
          <p>
            {tn("account.delete_sites", account.sites)} {t("account.delete_text")}
          </p>
          <OwnPasswordField
            value={password}
            onInput={(value) => {
              setPassword(value);
              touch("password");
            }}
            error={errors.password}
          />
        </FormDialog>
      )}
    </Section>
  );
}
