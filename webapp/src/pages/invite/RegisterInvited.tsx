import { useState } from "preact/hooks";
import { auth } from "../../api/session";
import { FormError } from "../../components/ErrorBox";
import { TextField } from "../../components/Field";
import { Form } from "../../components/Form";
import { PasswordField } from "../../components/PasswordField";
import { useForm } from "../../components/use-form";
import { t } from "../../i18n";
import { passwordProblem } from "../../lib/strength";

interface RegisterInvitedProps {
  token: string;
  /** The only address that may take it. */
  email: string | undefined;
  onJoined: () => void;
}

type FieldName = "name" | "email" | "password";

/** A new login that belongs to the inviting account. */
export function RegisterInvited({ token, email: invited, onJoined }: RegisterInvitedProps) {
  const [values, setValues] = useState<Record<FieldName, string>>({
    name: "",
    email: invited ?? "",
    password: "",
  });
  const { errors, isSending, send, refuse, touch } = useForm<FieldName>(["name", "email", "password"]);

  const set = (field: FieldName) => (value: string) => {
    setValues({ ...values, [field]: value });
    touch(field);
  };

  const submit = async () => {
    const [name, email, password] = [values.name.trim(), values.email.trim(), values.password];
    const found = {
      ...(name ? {} : { name: t("auth.required") }),
      ...(/^\S+@\S+$/.test(email) ? {} : { email: t("auth.email_invalid") }),
      ...(passwordProblem(password) ? { password: passwordProblem(password) ?? "" } : {}),
    };
    if (Object.keys(found).length > 0) return refuse(found);
    const isDone = await send(
      () => auth.registerInvited(token, email, password, name),
      ({ status }) => {
        if (status === 409) return { email: t("invite.has_login") };
        if (status === 404) return { form: t("invite.bad") };
        return undefined;
      },
    );
    if (isDone) onJoined();
  };

  return (
    <Form onSubmit={submit}>
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
        disabled={invited !== undefined}
        value={values.email}
        onInput={set("email")}
        hint={invited === undefined ? undefined : t("invite.email_fixed")}
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
        {t("invite.register")}
      </button>
    </Form>
  );
}
