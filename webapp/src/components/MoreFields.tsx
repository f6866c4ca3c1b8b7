// Fields beside text and choices: several lines, a tick with its explanation.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Field } from "./Field";

interface LinesFieldProps {
  label: string;
  name: string;
  /** One entry a line. */
  value: string;
  onInput: (value: string) => void;
  rows?: number;
  placeholder?: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  disabled?: boolean;
}

export function LinesField({ label, hint, error, value, onInput, rows = 3, ...area }: LinesFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(attributes) => (
        <textarea
          {...attributes}
          {...area}
          rows={rows}
          class={`textarea font-mono text-[0.8125rem] ${error ? "textarea-error" : ""}`}
          spellcheck={false}
          autoCapitalize="off"
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface TickFieldProps {
  label: string;
  name: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hint?: ComponentChildren;
  disabled?: boolean;
}

export function TickField({ label, hint, checked, onChange, ...input }: TickFieldProps) {
  const id = useId();
  return (
    <div class="flex items-start gap-3">
      <input
        {...input}
        id={id}
        type="checkbox"
        class="checkbox mt-px checkbox-primary checkbox-sm"
        checked={checked}
        aria-describedby={hint ? `${id}-note` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <div class="min-w-0">
        <label for={id} class="block font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-note`} class="text-[0.8125rem] text-quiet">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
