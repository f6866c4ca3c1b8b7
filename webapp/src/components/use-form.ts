// What every form does: send once at a time, and put what the server refuses beside its field.

import { useState } from "preact/hooks";
import { type ApiError, toApiError } from "../api/problem";

export type Errors<F extends string> = Partial<Record<F | "form", string>>;

export interface FormState<F extends string> {
  errors: Errors<F>;
  isSending: boolean;
  /** Errors found before sending. */
  refuse: (errors: Errors<F>) => void;
  /** A field was changed: its error no longer holds. */
  touch: (field: F) => void;
  /** Runs `work` and answers whether it succeeded; `explain` may say a failure in the form's own words. */
  send: (
    work: () => Promise<unknown>,
    explain?: (problem: ApiError) => Errors<F> | undefined,
  ) => Promise<boolean>;
}

/** `fields` are those that can show an error; what is said of any other shows above the button. */
export function useForm<F extends string>(fields: readonly F[]): FormState<F> {
  const [errors, setErrors] = useState<Errors<F>>({});
  const [isSending, setSending] = useState(false);

  return {
    errors,
    isSending,
    refuse: setErrors,
    touch: (field) => {
      if (errors[field] || errors.form) setErrors({ ...errors, [field]: undefined, form: undefined });
    },
    send: async (work, explain) => {
      setErrors({});
      setSending(true);
      try {
        await work();
        return true;
      } catch (reason) {
        const problem = toApiError(reason);
        setErrors(explain?.(problem) ?? errorsOf(problem, fields));
        return false;
      } finally {
        setSending(false);
      }
    },
  };
}

export function errorsOf<F extends string>(problem: ApiError, fields: readonly F[]): Errors<F> {
  const errors: Errors<F> = {};
  const others: string[] = [];
  for (const [field, message] of problem.fields) {
    // "site_ids[2]" is said of the whole list.
    const known = fields.find((name) => field === name || field.startsWith(`${name}[`));
    if (known) errors[known] = sentence(message) as Errors<F>[F];
    else others.push(message);
  }
  if (problem.fields.size === 0) others.push(problem.text);
  if (others.length > 0) errors.form = sentence(others.join(", ")) as Errors<F>["form"];
  return errors;
}

/** The server's words for a field ("is too long") as a sentence. */
function sentence(text: string): string {
  const start = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
