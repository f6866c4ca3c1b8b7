// Chooses a new password with the link of a mail or of the administrator.

import { useMemo, useState } from "preact/hooks";
import { resetPassword } from "../api/account";
import { auth } from "../api/session";
import { FormError } from "../components/ErrorBox";
import { Form } from "../components/Form";
import { PasswordField } from "../components/PasswordField";
import { useForm } from "../components/use-form";
import { useFragment } from "../components/use-fragment";
import { useTitle } from "../components/use-title";
import { t } from "../i18n";
import { passwordProblem } from "../lib/strength";
import { urls } from "../lib/urls";
import { AuthPage } from "./AuthPage";

type State = "asking" | "done" | "bad_link";

export function Reset() {
  const token = useMemo(() => location.hash.replace(/^#/, ""), []);
  const [password, setPassword] = useState("");
  const [state, setState] = useState<State>(token ? "asking" : "bad_link");
  const { errors, isSending, send, refuse, touch } = useForm<"password">(["password"]);
  useTitle(t("auth.reset.title"));
  useFragment();

  const submit = async () => {
    const problem = passwordProblem(password);
    if (problem) return refuse({ password: problem });
    const isDone = await send(
      () => resetPassword(token, password),
      ({ status }) => {
        if (status !== 404) return undefined;
        setState("bad_link");
        return {};
      },
    );
    if (!isDone) return;
    history.replaceState(null, "", location.pathname);
    setState("done");
    // Whoever was logged in here with the old password no longer is.
    await auth.recheck();
  };

  if (state === "bad_link")
    return (
      <AuthPage title={t("auth.reset.bad_title")} intro={t("auth.reset.bad")}>
        <a href={urls.forgot} class="btn btn-primary w-full">
          {t("auth.reset.again")}
        </a>
      </AuthPage>
    );
  if (state === "done")
    return (
      <AuthPage title={t("auth.reset.done_title")} intro={t("auth.reset.done")}>
        <a href={urls.login()} class="btn btn-primary w-full">
          {t("auth.login.submit")}
        </a>
      </AuthPage>
    );
  return (
    <AuthPage title={t("auth.reset.title")} intro={t("auth.reset.intro")}>
      <Form onSubmit={submit}>
        <PasswordField
          label={t("auth.reset.password")}
          autofocus
          value={password}
          onInput={(value) => {
            setPassword(value);
            touch("password");
          }}
          error={errors.password}
          own={[]}
        />
        <FormError error={errors.form ?? null} />
        <button type="submit" class="btn btn-primary w-full" disabled={isSending}>
          {t("auth.reset.submit")}
        </button>
      </Form>
    </AuthPage>
  );
}
