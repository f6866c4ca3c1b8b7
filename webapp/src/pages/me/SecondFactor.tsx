import { useState } from "preact/hooks";
import { disableSecondFactor } from "../../api/account";
import { Badge } from "../../components/Badge";
import { Section } from "../../components/Section";
import { t } from "../../i18n";
import { ProofDialog } from "./ProofDialog";
import { NewRecoveryCodes } from "./RecoveryCodes";
import { SetUpSecondFactor } from "./SetUpSecondFactor";

type Open = "set_up" | "codes" | "disable" | null;

export function SecondFactor({ isOn, onChange }: { isOn: boolean; onChange: (isOn: boolean) => void }) {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);

  return (
    <>
      <Section
        title={t("factor.title")}
        intro={t(isOn ? "factor.on_intro" : "factor.off_intro")}
        action={<Badge tone={isOn ? "accent" : "quiet"}>{t(isOn ? "factor.on" : "factor.off")}</Badge>}
      >
        <div class="flex flex-wrap gap-2">
          {isOn ? (
            <>
              <button type="button" class="btn btn-plain" onClick={() => setOpen("codes")}>
                {t("factor.new_codes")}
              </button>
              <button type="button" class="btn btn-outline btn-error" onClick={() => setOpen("disable")}>
                {t("factor.disable")}
              </button>
            </>
          ) : (
            <button type="button" class="btn btn-primary" onClick={() => setOpen("set_up")}>
              {t("factor.set_up")}
            </button>
          )}
        </div>
      </Section>
      {open === "set_up" && <SetUpSecondFactor onClose={close} onDone={() => onChange(true)} />}
      {open === "codes" && <NewRecoveryCodes onClose={close} />}
      {open === "disable" && (
        <ProofDialog
          title={t("factor.disable_title")}
          text={t("factor.disable_text")}
          submit={t("factor.disable")}
          danger
          ask={async (password, code) => {
            await disableSecondFactor(password, code);
            onChange(false);
            close();
          }}
          onClose={close}
        />
      )}
    </>
  );
}
