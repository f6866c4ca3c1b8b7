// What can't be undone: starting anew, and the end of a site. Both ask for the domain.

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { deleteSite } from "../../api/client";
import { resetSite } from "../../api/share";
import type { Site } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { FormError } from "../../components/ErrorBox";
import { TextField } from "../../components/Field";
import { t } from "../../i18n";
import { urls } from "../../lib/urls";
import { flash } from "../../state/flash";
import { loadMe } from "../../state/me";
import { member } from "../../state/member";
import { dropSite } from "../../state/sites";
import { DialogButtons, onSubmit, Section, useSaving } from "./form";

export function Reset({ site }: { site: Site }) {
  const [isAsking, setAsking] = useState(false);
  const [isDone, setDone] = useState(false);

  return (
    <Section title={t("settings.reset")} intro={t("settings.reset_intro", { site: site.domain })}>
      <div class="flex flex-wrap items-center gap-x-4 gap-y-2">
        <button type="button" class="btn btn-outline btn-error" onClick={() => setAsking(true)}>
          {t("settings.reset")}
        </button>
        <span role="status" class="text-better">
          {isDone && t("settings.reset_done")}
        </span>
      </div>
      {isAsking && (
        <Confirmation
          site={site}
          title={t("settings.reset_confirm_title", { site: site.domain })}
          loss={t("settings.reset_intro", { site: site.domain })}
          submit={t("settings.reset_submit")}
          work={async () => {
            await resetSite(site.id, site.domain);
            member.board.forget();
            setDone(true);
            setAsking(false);
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </Section>
  );
}

export function Deletion({ site }: { site: Site }) {
  const { route } = useLocation();
  const [isAsking, setAsking] = useState(false);

  return (
    <Section title={t("settings.delete")} intro={t("settings.delete_intro", { site: site.domain })}>
      <button type="button" class="btn btn-outline btn-error self-start" onClick={() => setAsking(true)}>
        {t("settings.delete")}
      </button>
      {isAsking && (
        <Confirmation
          site={site}
          title={t("settings.delete_confirm_title", { site: site.domain })}
          loss={t("settings.delete_intro", { site: site.domain })}
          submit={t("settings.delete_submit")}
          work={async () => {
            await deleteSite(site.id, site.domain);
            dropSite(site.id);
            void loadMe();
            flash(t("settings.delete_done", { site: site.domain }));
            route(urls.home);
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </Section>
  );
}

interface ConfirmationProps {
  site: Site;
  title: string;
  /** What will be gone. */
  loss: string;
  submit: string;
  work: () => Promise<void>;
  onClose: () => void;
}

function Confirmation({ site, title, loss, submit, work, onClose }: ConfirmationProps) {
  const [typed, setTyped] = useState("");
  const saving = useSaving(["domain"]);
  const isSame = typed.trim() === site.domain;

  return (
    <Dialog title={title} onClose={onClose}>
      <form class="space-y-4" noValidate onSubmit={onSubmit(() => isSame && void saving.run(work))}>
        <p class="text-quiet">{loss}</p>
        <TextField
          label={t("settings.delete_confirm", { site: site.domain })}
          name="confirm"
          autocomplete="off"
          autofocus
          value={typed}
          onInput={setTyped}
          error={saving.errors.domain}
        />
        <FormError error={saving.errors.form ?? null} />
        <DialogButtons onCancel={onClose}>
          <button type="submit" class="btn btn-error" disabled={!isSame || saving.isSending}>
            {submit}
          </button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
