// Forms, on a page and in a dialog.

import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { Dialog } from "./Dialog";
import { FormError } from "./ErrorBox";

interface FormProps {
  onSubmit: () => Promise<unknown>;
  label?: string;
  children: ComponentChildren;
}

/** A form whose errors we show ourselves. */
export function Form({ onSubmit, label, children }: FormProps) {
  return (
    <form
      class="space-y-4"
      noValidate
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit();
      }}
    >
      {children}
    </form>
  );
}

/** A button at the end of a form, and beside it that all is saved. */
export function SaveLine(props: { isSending: boolean; isSaved: boolean; label?: string; saved?: string }) {
  return (
    <div class="flex flex-wrap items-center gap-3">
      <button type="submit" class="btn btn-primary" disabled={props.isSending}>
        {props.label ?? t("app.save")}
      </button>
      <span role="status" class="text-better">
        {props.isSaved && (props.saved ?? t("app.saved"))}
      </span>
    </div>
  );
}

interface FormDialogProps {
  title: string;
  submit: string;
  /** For what can't be undone. */
  danger?: boolean;
  wide?: boolean;
  isSending: boolean;
  error: string | undefined;
  isDisabled?: boolean;
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  children: ComponentChildren;
}

/** Asks for something, or whether it is meant, before it is done. */
export function FormDialog(props: FormDialogProps) {
  return (
    <Dialog title={props.title} onClose={props.onClose} wide={props.wide ?? false}>
      <Form onSubmit={props.onSubmit}>
        {props.children}
        <FormError error={props.error ?? null} />
        <div class="flex flex-wrap justify-end gap-2">
          <button type="button" class="btn btn-ghost" onClick={props.onClose}>
            {t("app.cancel")}
          </button>
          <button
            type="submit"
            class={`btn ${props.danger ? "btn-error" : "btn-primary"}`}
            disabled={props.isSending || (props.isDisabled ?? false)}
          >
            {props.submit}
          </button>
        </div>
      </Form>
    </Dialog>
  );
}
