// The codes for when the phone is lost. They are shown once.

import { useState } from "preact/hooks";
import { renewRecoveryCodes } from "../../api/account";
import { auth } from "../../api/session";
import { CopyButton } from "../../components/CopyBox";
import { Dialog } from "../../components/Dialog";
import { t } from "../../i18n";
import { ProofDialog } from "./ProofDialog";

export function NewRecoveryCodes({ onClose }: { onClose: () => void }) {
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes) return <RecoveryCodesDialog codes={codes} title={t("factor.codes_title")} onClose={onClose} />;
  return (
    <ProofDialog
      title={t("factor.new_codes")}
      text={t("factor.new_codes_text")}
      submit={t("factor.new_codes_submit")}
      ask={async (password, code) => setCodes(await renewRecoveryCodes(password, code))}
      onClose={onClose}
    />
  );
}

interface RecoveryCodesDialogProps {
  codes: readonly string[];
  title: string;
  onClose: () => void;
}

export function RecoveryCodesDialog({ codes, title, onClose }: RecoveryCodesDialogProps) {
  const text = codes.join("\n");
  const download = () => {
    const heading = t("factor.file_heading", {
      email: auth.identity.value?.user.email ?? "",
      host: location.host,
    });
    const address = URL.createObjectURL(new Blob([`${heading}\n\n${text}\n`], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = "haru-recovery-codes.txt";
    link.click();
    URL.revokeObjectURL(address);
  };

  return (
    <Dialog title={title} sticky onClose={onClose}>
      <div class="space-y-4">
        <p>{t("factor.codes_text")}</p>
        <ul
          aria-label={t("factor.codes")}
          class="grid grid-cols-1 gap-x-6 gap-y-1 rounded-field border border-line bg-page p-4 font-mono text-[0.8125rem] min-[26rem]:grid-cols-2"
        >
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <div class="flex flex-wrap items-center gap-2">
          <CopyButton text={text} label={t("factor.copy_codes")} />
          <button type="button" class="btn btn-plain btn-sm" onClick={download}>
            {t("factor.download")}
          </button>
          <button type="button" class="btn btn-ghost btn-sm ml-auto" onClick={onClose}>
            {t("factor.saved")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
