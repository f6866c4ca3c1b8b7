// The share links of a site: who may see it without a login, and what of it.

import { useEffect, useRef, useState } from "preact/hooks";
import { type ApiError, toApiError } from "../../api/problem";
import { changeShareLink, listShareLinks, revokeShareLink } from "../../api/share";
import type { ShareLink } from "../../api/share-types";
import type { Site } from "../../api/types";
import { CopyText } from "../../components/CopyText";
import { Dialog } from "../../components/Dialog";
import { ErrorBox, FormError } from "../../components/ErrorBox";
import { Icon } from "../../components/Icon";
import { t, tn } from "../../i18n";
import { dayWords } from "../../lib/dates";
import { dayOf, momentOf } from "../../lib/moments";
import { linkState } from "../../lib/share-draft";
import { EmbedDialog } from "./EmbedDialog";
import { DialogButtons, Section, useSaving } from "./form";
import { ShareLinkDialog } from "./ShareLinkDialog";

type Open = { is: "edit"; link: ShareLink | null } | { is: "revoke" | "embed"; link: ShareLink } | null;

export function ShareLinks({ site }: { site: Site }) {
  const [links, setLinks] = useState<ShareLink[] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [round, setRound] = useState(0);
  const [open, setOpen] = useState<Open>(null);
  const start = useRef<HTMLDivElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks again
  useEffect(() => {
    let gone = false;
    setError(null);
    listShareLinks(site.id).then(
      (list) => gone || setLinks(list),
      (reason: unknown) => gone || setError(toApiError(reason)),
    );
    return () => {
      gone = true;
    };
  }, [site.id, round]);

  // Whoever came for sharing is led here, also when the rest of the page came later than they.
  useEffect(() => {
    if (location.hash === "#sharing") start.current?.scrollIntoView();
  }, []);

  const keep = (link: ShareLink) =>
    setLinks((known) =>
      known?.some((other) => other.id === link.id)
        ? known.map((other) => (other.id === link.id ? link : other))
        : [...(known ?? []), link],
    );
  const close = () => setOpen(null);

  return (
    <div ref={start} class="scroll-mt-4">
      <Section id="sharing" title={t("links.title")} intro={t("links.intro")}>
        {error ? (
          <ErrorBox error={error} onRetry={() => setRound(round + 1)} />
        ) : (
          links &&
          (links.length === 0 ? (
            <p class="text-quiet">{t("links.none")}</p>
          ) : (
            <ul class="divide-y divide-line border-y border-line">
              {links.map((link) => (
                <Row key={link.id} site={site} link={link} onChanged={keep} onOpen={setOpen} />
              ))}
            </ul>
          ))
        )}
        <button
          type="button"
          class="btn btn-plain self-start"
          onClick={() => setOpen({ is: "edit", link: null })}
        >
          <Icon name="plus" />
          {t("links.add")}
        </button>
      </Section>
      {open?.is === "edit" && (
        <ShareLinkDialog
          site={site}
          link={open.link}
          onClose={close}
          onSaved={(link) => {
            keep(link);
            close();
          }}
        />
      )}
      {open?.is === "embed" && <EmbedDialog link={open.link} onClose={close} />}
      {open?.is === "revoke" && (
        <Revocation
          site={site}
          link={open.link}
          onClose={close}
          onDone={() => {
            setLinks((known) => known?.filter((other) => other.id !== open.link.id) ?? null);
            close();
          }}
        />
      )}
    </div>
  );
}

interface RowProps {
  site: Site;
  link: ShareLink;
  onChanged: (link: ShareLink) => void;
  onOpen: (open: Open) => void;
}

const TONES = { active: "text-better", paused: "text-quiet", expired: "text-worse" } as const;

function Row({ site, link, onChanged, onOpen }: RowProps) {
  const saving = useSaving();
  const state = linkState(link);
  const toggle = () =>
    saving.run(async () => onChanged(await changeShareLink(site.id, link.id, { paused: !link.paused })));

  const facts = [
    link.has_password ? t("links.has_password") : null,
    ...limitFacts(link),
    link.expires_at
      ? t(state === "expired" ? "links.expired_on" : "links.expires_on", { date: dayOf(link.expires_at) })
      : null,
    tn("links.views", link.views),
    link.last_viewed_at ? t("links.last_viewed", { date: momentOf(link.last_viewed_at) }) : null,
  ].filter((fact) => fact !== null);

  return (
    <li class="space-y-1 py-3">
      <div class="flex flex-wrap items-baseline gap-x-3">
        <h3 class="min-w-0 font-semibold break-words">{link.name}</h3>
        <span class={`text-[0.8125rem] ${TONES[state]}`}>{t(`links.state.${state}`)}</span>
      </div>
      <CopyText text={link.url} label={t("links.copy_of", { name: link.name })} />
      <p class="text-[0.8125rem] text-quiet">{facts.join(" · ")}</p>
      <FormError error={saving.errors.form ?? null} />
      <div class="-mx-2 flex flex-wrap gap-x-1">
        <Action name="edit" link={link} onClick={() => onOpen({ is: "edit", link })} />
        {link.embed_origins.length > 0 && (
          <Action name="embed" link={link} onClick={() => onOpen({ is: "embed", link })} />
        )}
        <Action name={link.paused ? "resume" : "pause"} link={link} onClick={toggle} />
        <Action name="revoke" link={link} onClick={() => onOpen({ is: "revoke", link })} />
      </div>
    </li>
  );
}

/** What of the site it shows, where that is not all. */
function limitFacts({ panels, since, until, last_days: lastDays }: ShareLink): (string | null)[] {
  return [
    panels ? tn("links.panels_shown", panels.length) : null,
    since ? t("links.shown_since", { date: dayWords(since) }) : null,
    until ? t("links.shown_until", { date: dayWords(until) }) : null,
    lastDays ? tn("links.days_shown", lastDays) : null,
  ];
}

interface ActionProps {
  name: "edit" | "embed" | "pause" | "resume" | "revoke";
  link: ShareLink;
  onClick: () => void;
}

function Action({ name, link, onClick }: ActionProps) {
  return (
    <button
      type="button"
      class="nav-link"
      aria-label={t(`links.${name}_of`, { name: link.name })}
      onClick={onClick}
    >
      {t(`links.${name}`)}
    </button>
  );
}

interface RevocationProps {
  site: Site;
  link: ShareLink;
  onClose: () => void;
  onDone: () => void;
}

function Revocation({ site, link, onClose, onDone }: RevocationProps) {
  const saving = useSaving();
  const revoke = () =>
    saving.run(async () => {
      await revokeShareLink(site.id, link.id);
      onDone();
    });
  return (
    <Dialog title={t("links.revoke_title", { name: link.name })} onClose={onClose}>
      <div class="space-y-4">
        <p class="text-quiet">{t("links.revoke_confirm")}</p>
        <FormError error={saving.errors.form ?? null} />
        <DialogButtons onCancel={onClose}>
          <button type="button" class="btn btn-error" disabled={saving.isSending} onClick={revoke}>
            {t("links.revoke_submit")}
          </button>
        </DialogButtons>
      </div>
    </Dialog>
  );
}
