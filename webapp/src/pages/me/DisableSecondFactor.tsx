import { useState } from "preact/hooks";
import { disableSecondFactor } from "../../api/account";
import { TextField } from "../../components/Field";
import { FormDialog } from "../../components/Form";
import { useForm } from "../../components/use-form";
import { t } from "../../i18n";

export function DisableSecondFactor({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const { errors, isSending, send, refuse, touch } = useForm<"password" | "code">(["password", "code"]);

  const submit = async () => {
    const found = {
      ...(password ? {} : { password: t("auth.required") }),
      ...(code.trim() ? {} : { code: t("auth.required") }),
    };
    if (Object.keys(found).length > 0) return refuse(found);
    if (await send(() => disableSecondFactor(password, code.trim()))) onDone();
  };

  return (
    <FormDialog
      title={t("factor.disable_title")}
      submit={t("factor.disable")}
      danger
      isSending={isSending}
      error={errors.form}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{t("factor.disable_text")}</p>
      <TextField
        label={t("auth.your_password")}
        name="password"
        type="password"
        autocomplete="current-password"
        autofocus
        value={password}
        onInput={(value) => {
          setPassword(value);
          touch("password");
        }}
        error={errors.password}
      />
      <TextField
        label={t("auth.code")}
        name="code"
        autocomplete="one-time-code"
        value={code}
        onInput={(value) => {
          setCode(value);
          touch("code");
        }}
        hint={t("auth.code.hint")}
        error={errors.code}
      />
    </FormDialog>
  );
}
