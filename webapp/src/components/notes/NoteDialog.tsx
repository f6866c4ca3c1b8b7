import { useState } from "preact/hooks";
import type { Annotation } from "../../api/types";
import { t } from "../../i18n";
import { removeAnnotation, saveAnnotation } from "../../state/annotations";
import { Dialog } from "../Dialog";
import { FormError } from "../ErrorBox";
import { TextField } from "../Field";
import { Form } from "../Form";
import { useForm } from "../use-form";

const TEXT_MAX = 200;

interface NoteDialogProps {
  site: string;
  /** `null`: a new one. */
  note: Annotation | null;
  day: string;
  onClose: () => void;
}

export function NoteDialog({ site, note, day, onClose }: NoteDialogProps) {
  const [date, setDate] = useState(day);
  const [text, setText] = useState(note?.text ?? "");
  const form = useForm(["date", "text"]);

  const closeAfter = async (work: () => Promise<void>) => {
    if (await form.send(work)) onClose();
  };
  const submit = async () => {
    const words = text.trim();
    const problem =
      words === "" ? t("notes.required") : [...words].length > TEXT_MAX ? t("notes.too_long") : undefined;
    if (problem || date === "") {
      form.refuse({
        ...(date === "" ? { date: t("notes.required") } : {}),
        ...(problem ? { text: problem } : {}),
      });
      return;
    }
    await closeAfter(() => saveAnnotation(site, note?.id ?? null, { date, text: words }));
  };

  return (
    <Dialog title={t(note ? "notes.edit_title" : "notes.add_title")} onClose={onClose}>
      <Form onSubmit={submit}>
        {!note && <p class="text-quiet">{t("notes.intro")}</p>}
        <TextField
          label={t("notes.date")}
          name="date"
          type="date"
          value={date}
          onInput={(value) => {
            setDate(value);
            form.touch("date");
          }}
          error={form.errors.date}
        />
        <TextField
          label={t("notes.text")}
          name="text"
          autofocus
          autocomplete="off"
          value={text}
          onInput={(value) => {
            setText(value);
            form.touch("text");
          }}
          error={form.errors.text}
        />
        <FormError error={form.errors.form ?? null} />
        <div class="flex flex-wrap justify-end gap-2">
          {note && (
            <button
              type="button"
              class="btn btn-ghost mr-auto text-worse"
              disabled={form.isSending}
              onClick={() => void closeAfter(() => removeAnnotation(site, note.id))}
            >
              {t("notes.delete")}
            </button>
          )}
          <button type="button" class="btn btn-ghost" onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button type="submit" class="btn btn-primary" disabled={form.isSending}>
            {t(note ? "notes.submit_edit" : "notes.submit_add")}
          </button>
        </div>
      </Form>
    </Dialog>
  );
}
