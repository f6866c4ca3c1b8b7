// Logging in: address and password, then the code of the second factor where there is one.

import { useState } from "preact/hooks";
import { SECOND_FACTOR } from "../api/auth";
import { auth } from "../api/session";
import { t } from "../i18n";
import { urls } from "../lib/urls";
import { FormError } from "./ErrorBox";
import { TextField } from "./Field";
import { Form } from "./Form";
import { useForm } from "./use-form";

interface LoginFormProps {
  email?: string | undefined;
  /** Whether a code is asked for now. */
  onCode?: (isAsked: boolean) => void;
}

export function LoginForm({ email: known = "", onCode }: LoginFormProps) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  /** `null` until the server asks for one. */
  const [code, setCode] = useState<string | null>(null);
  const { errors, isSending, send, refuse } = useForm<"code">(["code"]);

  const submit = () =>
    send(
      () => auth.login(email.trim(), password, code === null ? undefined : code.trim()),
      (problem) => {
        if (problem.type === SECOND_FACTOR) {
          setCode(code ?? "");
          onCode?.(true);
          return code === null ? {} : { code: t("auth.code.wrong") };
        }
        if (problem.status === 401 || problem.status === 422) return { form: t("auth.login.wrong") };
        return undefined;
      },
    );

  if (code !== null)
    return (
      <Form onSubmit={submit}>
        <p class="text-quiet">{t("auth.code.intro")}</p>
        <TextField
          key="code"
          label={t("auth.code")}
          name="code"
          autocomplete="one-time-code"
          autofocus
          value={code}
          onInput={setCode}
          hint={t("auth.code.hint")}
          error={errors.code}
        />
        <FormError error={errors.form ?? null} />
        <button type="submit" class="btn btn-primary w-full" disabled={isSending}>
          {t("auth.login.submit")}
        </button>
        <button
          type="button"
          class="btn btn-ghost w-full"
          onClick={() => {
            setCode(null);
            onCode?.(false);
            refuse({});
          }}
        >
          {t("auth.code.back")}
        </button>
      </Form>
    );

  return (
    <Form onSubmit={submit}>
      <TextField
        label={t("auth.email")}
        name="email"
        type="email"
        autocomplete="username"
        autofocus={!known}
        value={email}
        onInput={setEmail}
      />
      <TextField
        label={t("auth.password")}
        name="password"
        type="password"
        autocomplete="current-password"
        autofocus={Boolean(known)}
        value={password}
        onInput={setPassword}
      />
      <FormError error={errors.form ?? null} />
      <button type="submit" class="btn btn-primary w-full" disabled={isSending}>
        {t("auth.login.submit")}
      </button>
      <p class="text-center">
        <a class="text-quiet underline underline-offset-4 hover:text-base-content" href={urls.forgot}>
          {t("auth.forgot.link")}
        </a>
      </p>
    </Form>
  );
}
