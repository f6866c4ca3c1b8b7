import { useState } from "preact/hooks";
import { FormDialog } from "../../components/Form";
import { OwnPasswordField } from "../../components/OwnPasswordField";
import { useForm } from "../../components/use-form";
import { t } from "../../i18n";

interface PasswordDialogProps {
  title: string;
  text: string;
  submit: string;
  ask: (password: string) => Promise<unknown>;
  onClose: () => void;
}

/** Asks for the password before something that a stranger at an open screen must not do. */
export function PasswordDialog({ title, text, submit, ask, onClose }: PasswordDialogProps) {
  const [password, setPassword] = useState("");
  const { errors, isSending, send, refuse, touch } = useForm<"password">(["password"]);
  return (
    <FormDialog
      title={title}
      submit={submit}
      isSending={isSending}
      error={errors.form}
      onSubmit={async () => (password ? send(() => ask(password)) : refuse({ password: t("auth.required") }))}
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
    </FormDialog>
  );
}
