// A field for a new password, with a meter and words of how good it is.

import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { type Estimate, estimate, lengthOf, MIN_PASSWORD, type Strength, strengthOf } from "../lib/strength";
import { TextField } from "./Field";

interface PasswordFieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  error?: string | undefined;
  autofocus?: boolean;
  /** What someone who knows the person would try first: name, address. */
  own: readonly string[];
}

const COLOURS = {
  short: "bg-worse",
  weak: "bg-worse",
  fair: "bg-accent",
  good: "bg-better",
  strong: "bg-better",
};

export function PasswordField({ label, value, onInput, error, autofocus = false, own }: PasswordFieldProps) {
  const strength = useStrength(value, own.join("\n"));
  return (
    <div class="space-y-2">
      <TextField
        label={label}
        name="password"
        type="password"
        autocomplete="new-password"
        autofocus={autofocus}
        value={value}
        onInput={onInput}
        error={error}
        hint={t("auth.password_hint")}
      />
      {strength && <Bars strength={strength} />}
      {/* Stays in the page, so that its changes are read out. */}
      <p role="status" class="text-[0.8125rem] empty:hidden">
        {strength?.text}
      </p>
    </div>
  );
}

function Bars({ strength }: { strength: Strength }) {
  return (
    <div aria-hidden="true" class="grid grid-cols-4 gap-1">
      {[1, 2, 3, 4].map((bar) => (
        <span
          key={bar}
          class={`h-1 rounded-full transition-colors ${bar <= strength.bars ? COLOURS[strength.level] : "bg-line"}`}
        />
      ))}
    </div>
  );
}

/** The strength of what is typed, a moment after the last key. */
function useStrength(password: string, own: string): Strength | null {
  const [known, setKnown] = useState<{ password: string; estimate: Estimate | null } | null>(null);

  useEffect(() => {
    if (lengthOf(password) < MIN_PASSWORD) {
      // Loads while the first characters are typed.
      if (password) void estimate("", []);
      return;
    }
    let gone = false;
    const timer = setTimeout(async () => {
      const answer = await estimate(password, own.split("\n").filter(Boolean));
      if (!gone) setKnown({ password, estimate: answer });
    }, 200);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [password, own]);

  // Between two estimates the last one stays, rather than to flicker.
  return strengthOf(password, known?.estimate ?? null);
}
