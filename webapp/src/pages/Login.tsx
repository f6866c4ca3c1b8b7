import { useState } from "preact/hooks";
import { LoginForm } from "../components/LoginForm";
import { useTitle } from "../components/use-title";
import { t } from "../i18n";
import { urls } from "../lib/urls";
import { instance } from "../state/instance";
import { AuthPage } from "./AuthPage";

export function Login() {
  useTitle(t("auth.login.title"));
  const canRegister = instance.value?.registration === "open";
  // Whoever is asked for a code has a login.
  const [isKnown, setKnown] = useState(false);
  return (
    <AuthPage
      title={t("auth.login.title")}
      footer={
        canRegister &&
        !isKnown && (
          <>
            {t("auth.login.no_account")}{" "}
            <a class="font-medium text-base-content underline underline-offset-4" href={urls.register}>
              {t("auth.login.register")}
            </a>
          </>
        )
      }
    >
      <LoginForm onCode={setKnown} />
    </AuthPage>
  );
}
