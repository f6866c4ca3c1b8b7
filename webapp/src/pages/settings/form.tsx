// What the sections of the settings share: their frame, and the way of a form to the server and back.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { toApiError } from "../../api/problem";
import { t } from "../../i18n";

interface SectionProps {
  id?: string;
  title: string;
  intro?: ComponentChildren;
  children: ComponentChildren;
}

export function Section({ id, title, intro, children }: SectionProps) {
  return (
    <section id={id} class="card-box flex scroll-mt-4 flex-col gap-4 p-5 sm:p-8">
      <div class="space-y-1">
        <h2 class="text-base font-semibold">{title}</h2>
        {intro && <p class="break-words text-quiet">{intro}</p>}
      </div>
      {children}
    </section>
  );
}

export function DialogButtons({ onCancel, children }: { onCancel: () => void; children: ComponentChildren }) {
  return (
    <div class="flex flex-wrap justify-end gap-2">
      <button type="button" class="btn btn-ghost" onClick={onCancel}>
        {t("app.cancel")}
      </button>
      {children}
    </div>
  );
}

export type Errors = Partial<Record<string, string>>;

export interface Saving {
  /** By field; what belongs to none of the form's is under `form`. */
  errors: Errors;
  isSending: boolean;
  isSaved: boolean;
  /** Something was typed: what is shown is not what was saved. */
  touch(): void;
  refuse(errors: Errors): void;
  /** Runs a request; answers whether it went well. */
  run(work: () => Promise<void>): Promise<boolean>;
}

/** `fields` are those that show an error themselves. */
export function useSaving(fields: readonly string[] = []): Saving {
  const [errors, setErrors] = useState<Errors>({});
  const [state, setState] = useState<"idle" | "sending" | "saved">("idle");
  return {
    errors,
    isSending: state === "sending",
    isSaved: state === "saved",
    touch: () => setState("idle"),
    refuse: setErrors,
    async run(work) {
      setErrors({});
      setState("sending");
      try {
        await work();
        setState("saved");
        return true;
      } catch (reason) {
        setErrors(errorsOf(reason, fields));
        setState("idle");
        return false;
      }
    },
  };
}

/** `excluded_paths[2]` is about the field of excluded paths. */
function errorsOf(reason: unknown, fields: readonly string[]): Errors {
  const problem = toApiError(reason);
  const errors: Errors = {};
  for (const [path, message] of problem.fields) {
    const field = path.replace(/[.[].*$/, "");
    if (fields.includes(field)) errors[field] ??= message;
    else errors.form ??= `${field}: ${message}`;
  }
  return Object.keys(errors).length > 0 ? errors : { form: problem.text };
}

interface SaveRowProps {
  saving: Saving;
  label?: string;
}

/** The button of a form, and what became of it. */
export function SaveRow({ saving, label = t("app.save") }: SaveRowProps) {
  return (
    <div class="flex items-center gap-3">
      <button type="submit" class="btn btn-primary" disabled={saving.isSending}>
        {label}
      </button>
      <span role="status" class="text-better">
        {saving.isSaved && t("app.saved")}
      </span>
    </div>
  );
}

/** Calls `work` when the form is sent, and keeps the page where it is. */
export const onSubmit = (work: () => unknown) => (event: Event) => {
  event.preventDefault();
  work();
};

/** One entry a line, without blanks. */
export const linesOf = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
