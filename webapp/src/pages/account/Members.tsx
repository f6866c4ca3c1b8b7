import { useState } from "preact/hooks";
import { listMembers } from "../../api/account";
import type { Member } from "../../api/account-types";
import { auth } from "../../api/session";
import { Badge } from "../../components/Badge";
import { siteWords } from "../../components/Choices";
import { Icon } from "../../components/Icon";
import { Menu, MenuAction } from "../../components/Menu";
import { Moment } from "../../components/Moment";
import { Section, Waiting } from "../../components/Section";
import { useLoaded } from "../../components/use-loaded";
import { t } from "../../i18n";
import { isOwner, loadMe } from "../../state/me";
import { ChangeMember, HandOver, RemoveMember } from "./MemberDialogs";

type Open = { what: "change" | "remove" | "hand_over"; member: Member } | null;

export function Members() {
  const members = useLoaded(listMembers);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);

  return (
    <>
      <Section title={t("members.title")} intro={t("members.intro")}>
        <Waiting of={members}>
          {(list) => (
            <ul class="-my-2 divide-y divide-line">
              {list.map((member) => (
                <Row key={member.id} member={member} onOpen={(what) => setOpen({ what, member })} />
              ))}
            </ul>
          )}
        </Waiting>
      </Section>
      {open?.what === "change" && (
        <ChangeMember
          member={open.member}
          onClose={close}
          onDone={(changed) => {
            members.keep((members.value ?? []).map((other) => (other.id === changed.id ? changed : other)));
            close();
          }}
        />
      )}
      {open?.what === "remove" && (
        <RemoveMember
          member={open.member}
          onClose={close}
          onDone={() => {
            members.keep((members.value ?? []).filter((other) => other.id !== open.member.id));
            close();
          }}
        />
      )}
      {open?.what === "hand_over" && (
        <HandOver
          member={open.member}
          onClose={close}
          onDone={() => {
            members.reload();
            close();
            void loadMe();
          }}
        />
      )}
    </>
  );
}

function Row({
  member,
  onOpen,
}: {
  member: Member;
  onOpen: (what: "change" | "remove" | "hand_over") => void;
}) {
  const isSelf = member.id === auth.identity.value?.user.id;
  const canChange = !isSelf && member.role !== "owner";
  const act = (close: () => void, what: "change" | "remove" | "hand_over") => () => {
    close();
    onOpen(what);
  };
  return (
    <li class="flex items-center gap-3 py-3">
      <div class="min-w-0 grow">
        <p class="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span class="min-w-0 font-medium break-words">{member.name || member.email}</span>
          <Badge tone={member.role === "owner" ? "accent" : "quiet"}>{t(`role.${member.role}`)}</Badge>
          {isSelf && <span class="text-xs text-quiet">{t("members.you")}</span>}
        </p>
        <p class="wrap-anywhere text-quiet">{member.email}</p>
        <p class="flex flex-wrap gap-x-3 text-[0.8125rem] text-quiet">
          {member.site_ids && <span>{t("members.only", { sites: siteWords(member.site_ids) })}</span>}
          <span>
            {t("members.joined")} <Moment at={member.joined_at} as="day" />
          </span>
          {member.last_seen_at && (
            <span>
              {t("members.seen")} <Moment at={member.last_seen_at} />
            </span>
          )}
        </p>
      </div>
      {canChange && (
        <div class="shrink-0">
          <Menu
            label={t("members.actions", { name: member.name || member.email })}
            buttonClass="btn btn-ghost btn-sm btn-square"
            button={<Icon name="dots" size={20} />}
          >
            {(close) => (
              <>
                <MenuAction onChoose={act(close, "change")}>{t("members.change")}</MenuAction>
                {isOwner.value && (
                  <MenuAction onChoose={act(close, "hand_over")}>{t("members.hand_over")}</MenuAction>
                )}
                <MenuAction onChoose={act(close, "remove")}>{t("members.remove")}</MenuAction>
              </>
            )}
          </Menu>
        </div>
      )}
    </li>
  );
}
