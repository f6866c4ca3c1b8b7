import { useState } from "preact/hooks";
import { TextField } from "../../components/Field";
import { FormDialog } from "../../components/Form";
import { OwnPasswordField } from "../../components/OwnPasswordField";
import { useForm } from "../../components/use-form";
import { t } from "../../i18n";

interface ProofDialogProps {
  title: string;
  text: string;
  submit: string;
  danger?: boolean;
  ask: (password: string, code: string) => Promise<unknown>;
  onClose: () => void;
}

/** Asks for the password and a code of the second factor, before something that would get one past it. */
export function ProofDialog({ title, text, submit, danger = false, ask, onClose }: ProofDialogProps) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const { errors, isSending, send, refuse, touch } = useForm<"password" | "code">(["password", "code"]);

  const prove = async () => {
    const found = {
      ...(password ? {} : { password: t("auth.required") }),
      ...(code.trim() ? {} : { code: t("auth.required") }),
    };
    if (Object.keys(found).length > 0) return refuse(found);
    await send(() => ask(password, code.trim()));
  };

  return (
    <FormDialog
      title={title}
      submit={submit}
      danger={danger}
      isSending={isSending}
      error={errors.form}
      onSubmit={prove}
      onClose={onClose}
    >
      <p>{text}</p>
      <OwnPasswordField
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
