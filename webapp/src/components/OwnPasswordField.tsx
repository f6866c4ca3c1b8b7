import { t } from "../i18n";
import { TextField } from "./Field";

interface OwnPasswordFieldProps {
  value: string;
  onInput: (value: string) => void;
  error?: string | undefined;
}

/** Asks whoever is logged in for their password again, first in a dialog. */
export const OwnPasswordField = (props: OwnPasswordFieldProps) => (
  <TextField
    {...props}
    label={t("auth.your_password")}
    name="password"
    type="password"
    autocomplete="current-password"
    autofocus
  />
);
