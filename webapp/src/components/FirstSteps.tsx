import { t } from "../i18n";

const STEPS = [1, 2, 3] as const;

/** How far a newcomer has come: account, site, script. */
export function FirstSteps({ step }: { step: (typeof STEPS)[number] }) {
  return (
    <div class="mb-3 flex items-center gap-3 text-xs text-quiet">
      <span aria-hidden="true" class="flex gap-1">
        {STEPS.map((each) => (
          <span key={each} class={`h-1 w-6 rounded-full ${each <= step ? "bg-accent" : "bg-line"}`} />
        ))}
      </span>
      {t("first.step", { step, all: STEPS.length })}
    </div>
  );
}
