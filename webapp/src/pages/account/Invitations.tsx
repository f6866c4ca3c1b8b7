import { useState } from "preact/hooks";
import { invite, listInvitations, withdrawInvitation } from "../../api/account";
import type { GivenRole, Invitation, MadeInvitation } from "../../api/account-types";
import { Badge } from "../../components/Badge";
import { SitesChoice, siteWords } from "../../components/Choices";
import { CopyBox } from "../../components/CopyBox";
import { Dialog } from "../../components/Dialog";
import { TextField } from "../../components/Field";
import { FormDialog } from "../../components/Form";
import { Icon } from "../../components/Icon";
import { Moment } from "../../components/Moment";
import { Section, Waiting } from "../../components/Section";
import { useForm } from "../../components/use-form";
import { useLoaded } from "../../components/use-loaded";
import { t } from "../../i18n";
import { RoleChoice } from "./RoleChoice";

type Open =
  | { what: "invite" }
  | { what: "made"; made: MadeInvitation }
  | { what: "withdraw"; one: Invitation };

export function Invitations() {
  const invitations = useLoaded(listInvitations);
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);

  return (
    <>
      <Section
        title={t("invitations.title")}
        intro={t("invitations.intro")}
        action={
          <button type="button" class="btn btn-primary" onClick={() => setOpen({ what: "invite" })}>
            <Icon name="plus" />
            {t("invitations.invite")}
          </button>
        }
      >
        <Waiting of={invitations}>
          {(list) =>
            list.length === 0 ? (
              <p class="text-quiet">{t("invitations.none")}</p>
            ) : (
              <ul class="-my-2 divide-y divide-line">
                {list.map((one) => (
                  <Row key={one.id} invitation={one} onWithdraw={() => setOpen({ what: "withdraw", one })} />
                ))}
              </ul>
            )
          }
        </Waiting>
      </Section>
      {open?.what === "invite" && (
        <NewInvitation
          onClose={close}
          onDone={(made) => {
            // The link is for this moment only, not for the list.
            const { link: _, mailed: __, ...invitation } = made;
            invitations.keep([invitation, ...(invitations.value ?? [])]);
            setOpen({ what: "made", made });
          }}
        />
      )}
      {open?.what === "made" && <Made made={open.made} onClose={close} />}
      {open?.what === "withdraw" && (
        <Withdraw
          invitation={open.one}
          onClose={close}
          onDone={() => {
            invitations.keep((invitations.value ?? []).filter(({ id }) => id !== open.one.id));
            close();
          }}
        />
      )}
    </>
  );
}

const whoOf = ({ email }: Invitation) => email ?? t("invitations.anyone");

function Row({ invitation, onWithdraw }: { invitation: Invitation; onWithdraw: () => void }) {
  return (
    <li class="flex items-center gap-3 py-3">
      <div class="min-w-0 grow">
        <p class="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span class="min-w-0 font-medium wrap-anywhere">{whoOf(invitation)}</span>
          <Badge>{t(`role.${invitation.role}`)}</Badge>
        </p>
        <p class="flex flex-wrap gap-x-3 text-[0.8125rem] text-quiet">
          {invitation.site_ids && <span>{t("members.only", { sites: siteWords(invitation.site_ids) })}</span>}
          <span class="break-words">{t("invitations.by", { name: invitation.invited_by })}</span>
          <span>
            {t("invitations.ends")} <Moment at={invitation.expires_at} />
          </span>
        </p>
      </div>
      <button
        type="button"
        class="btn btn-plain btn-sm shrink-0"
        aria-label={t("invitations.withdraw_of", { who: whoOf(invitation) })}
        onClick={onWithdraw}
      >
        {t("invitations.withdraw")}
      </button>
    </li>
  );
}

function NewInvitation({ onDone, onClose }: { onDone: (made: MadeInvitation) => void; onClose: () => void }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<GivenRole>("viewer");
  const [siteIds, setSiteIds] = useState<string[] | null>(null);
  const { errors, isSending, send, refuse, touch } = useForm<"email" | "site_ids">(["email", "site_ids"]);

  const submit = async () => {
    const address = email.trim();
    if (address && !/^\S+@\S+$/.test(address)) return refuse({ email: t("auth.email_invalid") });
    if (siteIds?.length === 0) return refuse({ site_ids: t("choice.choose_one") });
    await send(async () =>
      onDone(
        await invite({
          role,
          ...(address ? { email: address } : {}),
          ...(siteIds ? { site_ids: siteIds } : {}),
        }),
      ),
    );
  };

  return (
    <FormDialog
      title={t("invitations.new_title")}
      submit={t(email.trim() ? "invitations.submit" : "invitations.submit_link")}
      isSending={isSending}
      error={errors.form}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={t("invitations.email")}
        name="email"
        type="email"
        autocomplete="off"
        autofocus
        value={email}
        onInput={(value) => {
          setEmail(value);
          touch("email");
        }}
        hint={t("invitations.email_hint")}
        error={errors.email}
      />
      <RoleChoice value={role} onChange={setRole} />
      <SitesChoice
        legend={t("members.sites")}
        value={siteIds}
        onChange={setSiteIds}
        allHint={t("choice.later_too")}
        error={errors.site_ids}
      />
    </FormDialog>
  );
}

function Made({ made, onClose }: { made: MadeInvitation; onClose: () => void }) {
  return (
    <Dialog title={t("invitations.made_title")} sticky onClose={onClose}>
      <div class="space-y-4">
        <p>
          {made.mailed
            ? t("invitations.made_mailed", { email: made.email ?? "" })
            : made.email
              ? t("invitations.made_for", { email: made.email })
              : t("invitations.made_link")}
        </p>
        <CopyBox label={t("invitations.link")} text={made.link} copy={t("invitations.copy")} />
        <p class="text-quiet">{t("invitations.once")}</p>
        <div class="flex justify-end">
          <button type="button" class="btn btn-plain" onClick={onClose}>
            {t("app.done")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function Withdraw(props: { invitation: Invitation; onDone: () => void; onClose: () => void }) {
  const { errors, isSending, send } = useForm<never>([]);
  const submit = async () => {
    if (await send(() => withdrawInvitation(props.invitation.id))) props.onDone();
  };
  return (
    <FormDialog
      title={t("invitations.withdraw_title")}
      submit={t("invitations.withdraw")}
      danger
      isSending={isSending}
      error={errors.form}
      onSubmit={submit}
      onClose={props.onClose}
    >
      <p>{t("invitations.withdraw_text")}</p>
    </FormDialog>
  );
}
