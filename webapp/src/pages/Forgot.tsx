// Asks for a link to choose a new password. The answer is the same for every address.

import { useState } from "preact/hooks";
import { askForReset } from "../api/account";
import { FormError } from "../components/ErrorBox";
import { TextField } from "../components/Field";
import { Form } from "../components/Form";
import { useForm } from "../components/use-form";
import { useTitle } from "../components/use-title";
import { t } from "../i18n";
import { urls } from "../lib/urls";
import { sendsMail } from "../state/instance";
import { AuthPage } from "./AuthPage";

export function Forgot() {
  const [email, setEmail] = useState("");
  const [isDone, setDone] = useState(false);
  const { errors, isSending, send, refuse, touch } = useForm<"email">(["email"]);
  const hasMail = sendsMail.value;
  useTitle(t("auth.forgot.title"));

  const submit = async () => {
    const address = email.trim();
    if (!/^\S+@\S+$/.test(address)) return refuse({ email: t("auth.email_invalid") });
    if (await send(() => askForReset(address))) setDone(true);
  };

  return (
    <AuthPage
      title={t("auth.forgot.title")}
      intro={isDone ? undefined : t(hasMail ? "auth.forgot.intro" : "auth.forgot.intro_no_mail")}
      footer={
        <a class="font-medium text-base-content underline underline-offset-4" href={urls.login()}>
          {t("auth.forgot.back")}
        </a>
      }
    >
      {isDone ? (
        <p role="status">
          {t(hasMail ? "auth.forgot.done" : "auth.forgot.done_no_mail", { email: email.trim() })}
        </p>
      ) : (
        <Form onSubmit={submit}>
          <TextField
            label={t("auth.email")}
            name="email"
            type="email"
            autocomplete="username"
            autofocus
            value={email}
            onInput={(value) => {
              setEmail(value);
              touch("email");
            }}
            error={errors.email}
          />
          <FormError error={errors.form ?? null} />
          <button type="submit" class="btn btn-primary w-full" disabled={isSending}>
            {t("auth.forgot.submit")}
          </button>
        </Form>
      )}
    </AuthPage>
  );
}
