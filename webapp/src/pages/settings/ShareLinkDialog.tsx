// Making and changing a share link.

import { useEffect, useRef, useState } from "preact/hooks";
import { changeShareLink, createShareLink } from "../../api/share";
import type { ShareLink } from "../../api/share-types";
import type { Site } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { FormError } from "../../components/ErrorBox";
import { TextField } from "../../components/Field";
import { LinesField, TickField } from "../../components/MoreFields";
import { t } from "../../i18n";
import { today } from "../../lib/dates";
import { SHARE_PANELS } from "../../lib/limits";
import {
  changeOf,
  creationOf,
  DRAFT_FIELDS,
  draftOf,
  draftProblems,
  type ShareDraft,
} from "../../lib/share-draft";
import { ownTimezone } from "../../lib/timezones";
import { urls } from "../../lib/urls";
import { DialogButtons, type Errors, onSubmit, useSaving } from "./form";

interface ShareLinkDialogProps {
  site: Site;
  /** `null`: a new one. */
  link: ShareLink | null;
  onClose: () => void;
  onSaved: (link: ShareLink) => void;
}

export function ShareLinkDialog({ site, link, onClose, onSaved }: ShareLinkDialogProps) {
  const [draft, setDraft] = useState(() => draftOf(link));
  const saving = useSaving(DRAFT_FIELDS);
  const change = (part: Partial<ShareDraft>) => setDraft((known) => ({ ...known, ...part }));

  const save = async () => {
    const problems = Object.entries(draftProblems(draft, link));
    if (problems.length > 0) {
      saving.refuse(
        Object.fromEntries(problems.map(([field, problem]) => [field, t(`links.wrong.${problem}`)])),
      );
      return;
    }
    await saving.run(async () =>
      onSaved(
        link
          ? await changeShareLink(site.id, link.id, changeOf(draft, link))
          : await createShareLink(site.id, creationOf(draft)),
      ),
    );
  };

  const { errors } = saving;
  // The form is longer than the dialog: what is wrong comes into sight.
  const form = useRef<HTMLFormElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked for when there are other errors
  useEffect(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), [errors]);
  const wrong = Object.keys(errors).length > 0 && !errors.form;
  return (
    <Dialog
      title={link ? t("links.edit_title", { name: link.name }) : t("links.new_title")}
      onClose={onClose}
      framed
    >
      <form ref={form} class="-mx-5 flex min-h-0 flex-col" noValidate onSubmit={onSubmit(save)}>
        <div class="scrolls min-h-0 space-y-6 overflow-y-auto overscroll-contain px-5 pb-4">
          <Address draft={draft} errors={errors} onChange={change} />
          <Access draft={draft} link={link} errors={errors} onChange={change} />
          <Shown draft={draft} site={site} errors={errors} onChange={change} />
          <Embedding draft={draft} errors={errors} onChange={change} />
        </div>
        <div class="space-y-3 border-t border-line px-5 pt-3">
          <FormError error={errors.form ?? (wrong ? t("links.wrong") : null)} />
          <DialogButtons onCancel={onClose}>
            <button type="submit" class="btn btn-primary" disabled={saving.isSending}>
              {link ? t("app.save") : t("links.create")}
            </button>
          </DialogButtons>
        </div>
      </form>
    </Dialog>
  );
}

interface PartProps {
  draft: ShareDraft;
  errors: Errors;
  onChange: (part: Partial<ShareDraft>) => void;
}

function Address({ draft, errors, onChange }: PartProps) {
  return (
    <div class="space-y-4">
      <TextField
        label={t("links.name")}
        name="name"
        autofocus
        autocomplete="off"
        value={draft.name}
        onInput={(name) => onChange({ name })}
        hint={t("links.name_hint")}
        error={errors.name}
      />
      <TextField
        label={t("links.slug")}
        name="slug"
        autocomplete="off"
        placeholder={t("links.slug_random")}
        value={draft.slug}
        onInput={(slug) => onChange({ slug: slug.trim().toLowerCase() })}
        hint={
          draft.slug ? <span class="break-all">{urls.publicShare(draft.slug)}</span> : t("links.slug_hint")
        }
        error={errors.slug}
      />
    </div>
  );
}

function Access({ draft, link, errors, onChange }: PartProps & { link: ShareLink | null }) {
  return (
    <div class="space-y-4">
      <TickField
        label={t("links.password_on")}
        name="has_password"
        checked={draft.hasPassword}
        onChange={(hasPassword) => onChange({ hasPassword, password: "" })}
      />
      {draft.hasPassword && (
        <TextField
          label={t("links.password")}
          name="password"
          type="password"
          autocomplete="new-password"
          value={draft.password}
          onInput={(password) => onChange({ password })}
          hint={t(link?.has_password ? "links.password_keep" : "links.password_hint")}
          error={errors.password}
        />
      )}
      <TextField
        label={t("links.expires")}
        name="expires"
        type="date"
        min={today(ownTimezone())}
        value={draft.expires}
        onInput={(expires) => onChange({ expires })}
        hint={t("links.expires_hint")}
        error={errors.expires_at}
      />
    </div>
  );
}

function Shown({ draft, site, errors, onChange }: PartProps & { site: Site }) {
  const last = today(site.timezone);
  return (
    <>
      <fieldset class="space-y-2">
        <legend class="font-medium">{t("links.panels")}</legend>
        <p class="text-[0.8125rem] text-quiet">{t("links.panels_hint")}</p>
        <div class="grid grid-cols-2 gap-x-4 gap-y-2 min-[420px]:grid-cols-3">
          {SHARE_PANELS.map((panel) => (
            <label key={panel} class="flex items-center gap-2">
              <input
                type="checkbox"
                name={`panel_${panel}`}
                class="checkbox checkbox-primary checkbox-sm"
                checked={draft.panels.includes(panel)}
                onChange={(event) => {
                  const shown = event.currentTarget.checked;
                  onChange({
                    panels: SHARE_PANELS.filter((other) =>
                      other === panel ? shown : draft.panels.includes(other),
                    ),
                  });
                }}
              />
              {t(`links.panel.${panel}`)}
            </label>
          ))}
        </div>
        {errors.panels && <p class="text-[0.8125rem] text-worse">{errors.panels}</p>}
      </fieldset>
      <fieldset class="space-y-2">
        <legend class="font-medium">{t("links.days")}</legend>
        <p class="text-[0.8125rem] text-quiet">{t("links.days_hint")}</p>
        <div class="grid grid-cols-1 gap-x-4 gap-y-3 min-[420px]:grid-cols-2">
          <TextField
            label={t("links.since")}
            name="since"
            type="date"
            max={last}
            value={draft.since}
            onInput={(since) => onChange({ since })}
            error={errors.since}
          />
          <TextField
            label={t("links.until")}
            name="until"
            type="date"
            value={draft.until}
            onInput={(until) => onChange({ until })}
            error={errors.until}
          />
          <TextField
            label={t("links.last_days")}
            name="last_days"
            autocomplete="off"
            placeholder={t("links.last_days_any")}
            value={draft.lastDays}
            onInput={(lastDays) => onChange({ lastDays })}
            error={errors.last_days}
          />
        </div>
      </fieldset>
      <TickField
        label={t("links.properties")}
        name="properties"
        checked={draft.properties}
        onChange={(properties) => onChange({ properties })}
        hint={t("links.properties_hint")}
      />
    </>
  );
}

function Embedding({ draft, errors, onChange }: PartProps) {
  return (
    <div class="space-y-4">
      <TickField
        label={t("links.embeds")}
        name="embeds"
        checked={draft.embeds}
        onChange={(embeds) => onChange({ embeds })}
        hint={t("links.embeds_hint")}
      />
      {draft.embeds && (
        <LinesField
          label={t("links.origins")}
          name="embed_origins"
          value={draft.origins}
          placeholder="https://www.example.com"
          onInput={(origins) => onChange({ origins })}
          hint={t("links.origins_hint")}
          error={errors.embed_origins}
        />
      )}
    </div>
  );
}
