import { useState } from "preact/hooks";
import { toApiError } from "../api/problem";
import { auth } from "../api/session";
import { FormError } from "../components/ErrorBox";
import { TextField } from "../components/Field";
import { FirstSteps } from "../components/FirstSteps";
import { PasswordField } from "../components/PasswordField";
import { useTitle } from "../components/use-title";
import { t } from "../i18n";
import { passwordProblem } from "../lib/strength";
import { urls } from "../lib/urls";
import { instance, setupIsDone } from "../state/instance";
import { AuthPage } from "./AuthPage";

type FieldName = "name" | "email" | "password";
type Errors = Partial<Record<FieldName | "form", string>>;

function check(values: Record<FieldName, string>): Errors {
  const errors: Errors = {};
  if (!values.name.trim()) errors.name = t("auth.required");
  if (!/^\S+@\S+$/.test(values.email.trim())) errors.email = t("auth.email_invalid");
  const password = passwordProblem(values.password);
  if (password) errors.password = password;
  return errors;
}

export function Register() {
  const [values, setValues] = useState<Record<FieldName, string>>({ name: "", email: "", password: "" });
  const [errors, setErrors] = useState<Errors>({});
  const [isSending, setSending] = useState(false);
  const isSetup = instance.value?.setup_required ?? false;
  const title = t(isSetup ? "auth.register.setup_title" : "auth.register.title");
  useTitle(title);

  const set = (field: FieldName) => (value: string) => {
    setValues({ ...values, [field]: value });
    setErrors({ ...errors, [field]: undefined });
  };

  const submit = async () => {
    const found = check(values);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    setSending(true);
    try {
      await auth.register(values.email.trim(), values.password, values.name.trim());
      setupIsDone();
    } catch (reason) {
      const problem = toApiError(reason);
      const fields = Object.fromEntries(problem.fields) as Errors;
      if (problem.status === 409) setErrors({ email: t("auth.register.taken") });
      else if (problem.status === 403) setErrors({ form: t("auth.register.closed") });
      else setErrors(problem.fields.size > 0 ? fields : { form: problem.text });
      setSending(false);
    }
  };

  return (
    <AuthPage
      title={title}
      above={isSetup && <FirstSteps step={1} />}
      intro={isSetup ? t("auth.register.setup") : undefined}
      footer={
        !isSetup && (
          <>
            {t("auth.register.have_account")}{" "}
            <a class="font-medium text-base-content underline underline-offset-4" href={urls.login()}>
              {t("auth.register.login")}
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
          label={t("auth.name")}
          name="name"
          autocomplete="name"
          autofocus
          value={values.name}
          onInput={set("name")}
          error={errors.name}
        />
        <TextField
          label={t("auth.email")}
          name="email"
          type="email"
          autocomplete="username"
          value={values.email}
          onInput={set("email")}
          error={errors.email}
        />
        <PasswordField
          label={t("auth.password")}
          value={values.password}
          onInput={set("password")}
          error={errors.password}
          own={[values.name, values.email]}
        />
        <FormError error={errors.form ?? null} />
        <button type="submit" class="btn btn-primary w-full" disabled={isSending}>
          {t("auth.register.submit")}
        </button>
      </form>
    </AuthPage>
  );
}
