// A labelled field with its hint and error, wired for screen readers.

import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  error?: ComponentChildren;
  children: (attributes: {
    id: string;
    "aria-describedby"?: string;
    "aria-invalid"?: boolean;
  }) => JSX.Element;
}

export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const note = `${id}-note`;
  return (
    <div class="space-y-1.5">
      <label for={id} class="block font-medium">
        {label}
      </label>
      {children({
        id,
        ...(error || hint ? { "aria-describedby": note } : {}),
        ...(error ? { "aria-invalid": true } : {}),
      })}
      {(error || hint) && (
        <p id={note} class={`text-[0.8125rem] ${error ? "text-worse" : "text-quiet"}`}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

interface TextFieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  onBlur?: () => void;
  type?: "text" | "email" | "password" | "date";
  name: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  autocomplete?: string;
  placeholder?: string;
  autofocus?: boolean;
  disabled?: boolean;
  min?: string;
  max?: string;
  inputMode?: "url" | "email" | "text";
}

export function TextField({
  label,
  hint,
  error,
  value,
  onInput,
  autofocus,
  type = "text",
  ...input
}: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(attributes) => (
        <input
          {...attributes}
          {...input}
          // The types of JSX want one literal; every type of ours takes the same attributes.
          type={type as "text"}
          class={`input ${error ? "input-error" : ""} ${type === "date" && !value ? "input-blank" : ""}`}
          value={value}
          spellcheck={false}
          autoCapitalize="off"
          // The attribute is for dialogs, which choose what to focus when they open.
          autofocus={autofocus}
          ref={autofocus ? focusOnce : undefined}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function focusOnce(element: HTMLInputElement | null): void {
  if (element && !element.dataset.focused) {
    element.dataset.focused = "true";
    element.focus();
  }
}

interface SelectFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly (readonly [value: string, text: string])[];
  name: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  disabled?: boolean;
}

export function SelectField({ label, hint, error, value, onChange, options, ...select }: SelectFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(attributes) => (
        <select
          {...attributes}
          {...select}
          class={`select ${error ? "select-error" : ""}`}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {options.map(([option, text]) => (
            <option key={option} value={option} selected={option === value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
