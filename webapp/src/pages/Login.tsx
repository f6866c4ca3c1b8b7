import { useState } from "preact/hooks";
import { toApiError } from "../api/problem";
import { auth } from "../api/session";
import { FormError } from "../components/ErrorBox";
import { TextField } from "../components/Field";
import { useTitle } from "../components/use-title";
import { t } from "../i18n";
import { urls } from "../lib/urls";
import { instance } from "../state/instance";
import { AuthPage } from "./AuthPage";

export function Login() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  useTitle(t("auth.login.title"));

  const submit = async () => {
    setSending(true);
    setError(null);
    try {
      await auth.login(email.trim(), password);
    } catch (reason) {
      const problem = toApiError(reason);
      setError(problem.status === 401 || problem.status === 422 ? t("auth.login.wrong") : problem.text);
      setSending(false);
    }
  };

  const canRegister = instance.value?.registration === "open";
  return (
    <AuthPage
      title={t("auth.login.title")}
      footer={
        canRegister && (
          <>
            {t("auth.login.no_account")}{" "}
            <a class="font-medium text-base-content underline underline-offset-4" href={urls.register}>
              {t("auth.login.register")}
            </a>
          </>
        )
      }
    >
      <form
        class="space-y-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label={t("auth.email")}
          name="email"
          type="email"
          autocomplete="username"
          autofocus
          value={email}
          onInput={setEmail}
        />
        <TextField
          label={t("auth.password")}
          name="password"
          type="password"
          autocomplete="current-password"
          value={password}
          onInput={setPassword}
        />
        <FormError error={error} />
        <button type="submit" class="btn btn-primary w-full" disabled={isSending}>
          {t("auth.login.submit")}
        </button>
      </form>
    </AuthPage>
  );
}
