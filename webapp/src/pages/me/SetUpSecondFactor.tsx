// Three steps: the password, the picture with a first code, the recovery codes.

import { useState } from "preact/hooks";
import { confirmSecondFactor, startSecondFactor } from "../../api/account";
import type { SecondFactorSecret } from "../../api/account-types";
import { TextField } from "../../components/Field";
import { FormDialog } from "../../components/Form";
import { useForm } from "../../components/use-form";
import { t } from "../../i18n";
import { PasswordDialog } from "./PasswordDialog";
import { QrCode } from "./QrCode";
import { RecoveryCodesDialog } from "./RecoveryCodes";

interface SetUpProps {
  /** It is on from here, also while the codes are still shown. */
  onDone: () => void;
  onClose: () => void;
}

export function SetUpSecondFactor({ onDone, onClose }: SetUpProps) {
  const [secret, setSecret] = useState<SecondFactorSecret | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);

  if (codes) return <RecoveryCodesDialog codes={codes} title={t("factor.done_title")} onClose={onClose} />;
  if (secret)
    return (
      <Confirm
        secret={secret}
        onClose={onClose}
        onDone={(answer) => {
          setCodes(answer);
          onDone();
        }}
      />
    );
  return (
    <PasswordDialog
      title={t("factor.set_up_title")}
      text={t("factor.password_text")}
      submit={t("app.next")}
      ask={async (password) => setSecret(await startSecondFactor(password))}
      onClose={onClose}
    />
  );
}

interface ConfirmProps {
  secret: SecondFactorSecret;
  onDone: (codes: string[]) => void;
  onClose: () => void;
}

function Confirm({ secret, onDone, onClose }: ConfirmProps) {
  const [code, setCode] = useState("");
  const { errors, isSending, send, refuse, touch } = useForm<"code">(["code"]);

  const submit = async () => {
    const typed = code.replace(/\s/g, "");
    if (!/^\d{6}$/.test(typed)) return refuse({ code: t("factor.code_invalid") });
    await send(async () => onDone(await confirmSecondFactor(typed)));
  };

  return (
    <FormDialog
      title={t("factor.scan_title")}
      submit={t("factor.confirm")}
      isSending={isSending}
      error={errors.form}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{t("factor.scan_text")}</p>
      <QrCode text={secret.uri} label={t("factor.picture")} />
      <div class="space-y-1">
        <p class="text-[0.8125rem] text-quiet">{t("factor.by_hand")}</p>
        <p class="font-mono text-[0.8125rem] break-all" data-testid="second-factor-secret">
          {/* In fours, as people type it; the gaps are not copied. */}
          {secret.secret.match(/.{1,4}/g)?.map((group, index) => (
            <span key={index} class="mr-2 inline-block">
              {group}
            </span>
          ))}
        </p>
      </div>
      <TextField
        label={t("factor.code")}
        name="code"
        autocomplete="one-time-code"
        autofocus
        value={code}
        onInput={(value) => {
          setCode(value);
          touch("code");
        }}
        error={errors.code}
      />
    </FormDialog>
  );
}
