// A field for a domain: what is pasted or typed is cleaned up at once, and international names stay readable.

import type { ComponentChildren } from "preact";
import { cleanDomain, readableDomain, tidyDomain } from "../lib/domain";
import { Field, focusOnce } from "./Field";

interface DomainFieldProps {
  label: string;
  /** As the field shows it; `cleanDomain` makes the domain of it. */
  value: string;
  onInput: (value: string) => void;
  hint?: ComponentChildren;
  error?: ComponentChildren;
  autofocus?: boolean;
  disabled?: boolean;
}

export function DomainField({ label, value, onInput, hint, error, autofocus, disabled }: DomainFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(attributes) => (
        <input
          {...attributes}
          type="text"
          name="domain"
          inputMode="url"
          autocomplete="off"
          placeholder="example.com"
          class={`input ${error ? "input-error" : ""}`}
          value={value}
          spellcheck={false}
          autoCapitalize="off"
          autofocus={autofocus}
          disabled={disabled}
          ref={autofocus ? focusOnce : undefined}
          onInput={(event) => {
            const field = event.currentTarget;
            // More than a letter at once was pasted, or filled in by the browser.
            if (field.value.length > value.length + 1) onInput(readableDomain(cleanDomain(field.value)));
            else onInput(event.isComposing ? field.value : tidied(field));
          }}
          onBlur={() => onInput(readableDomain(cleanDomain(value)))}
        />
      )}
    </Field>
  );
}

/** Tidies the field itself, so that the caret stays where it was among the letters. */
function tidied(field: HTMLInputElement): string {
  const typed = field.value;
  const tidy = tidyDomain(typed);
  if (tidy !== typed) {
    const behind = typed.length - (field.selectionEnd ?? typed.length);
    const caret =
      behind === 0
        ? tidy.length
        : Math.min(tidy.length, tidyDomain(typed.slice(0, typed.length - behind)).length);
    field.value = tidy;
    field.setSelectionRange(caret, caret);
  }
  return tidy;
}
