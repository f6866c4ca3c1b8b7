import { useState } from "preact/hooks";
import { changePassword } from "../../api/account";
import type { Me } from "../../api/account-types";
import { FormError } from "../../components/ErrorBox";
import { TextField } from "../../components/Field";
import { Form, SaveLine } from "../../components/Form";
import { PasswordField } from "../../components/PasswordField";
import { Section } from "../../components/Section";
import { useForm } from "../../components/use-form";
import { t } from "../../i18n";
import { passwordProblem } from "../../lib/strength";

export function Password({ me }: { me: Me }) {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [isSaved, setSaved] = useState(false);
  const { errors, isSending, send, refuse, touch } = useForm<"current" | "password">(["current", "password"]);

  const save = async () => {
    const problem = passwordProblem(password);
    const found = {
      ...(current ? {} : { current: t("auth.required") }),
      ...(problem ? { password: problem } : {}),
    };
    if (Object.keys(found).length > 0) return refuse(found);
    if (!(await send(() => changePassword(current, password)))) return;
    setCurrent("");
    setPassword("");
    setSaved(true);
  };

  return (
    <Section title={t("me.password")} intro={t("me.password_intro")}>
      <Form onSubmit={save}>
        {/* Password managers want to know whose it is. */}
        <input type="email" name="username" autocomplete="username" value={me.user.email} readOnly hidden />
        <TextField
          label={t("me.password_current")}
          name="current-password"
          type="password"
          autocomplete="current-password"
          value={current}
          onInput={(value) => {
            setCurrent(value);
            setSaved(false);
            touch("current");
          }}
          error={errors.current}
        />
        <PasswordField
          label={t("me.password_new")}
          value={password}
          onInput={(value) => {
            setPassword(value);
            setSaved(false);
            touch("password");
          }}
          error={errors.password}
          own={[me.user.name, me.user.email]}
        />
        <FormError error={errors.form ?? null} />
        <SaveLine
          isSending={isSending}
          isSaved={isSaved}
          label={t("me.password_submit")}
          saved={t("me.password_done")}
        />
      </Form>
    </Section>
  );
}
