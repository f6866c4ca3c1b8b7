// What can be done with a member: another role or other sites, the end of it, the ownership.

import { useState } from "preact/hooks";
import { changeMember, handOver, removeMember } from "../../api/account";
import type { GivenRole, Member } from "../../api/account-types";
import { SitesChoice } from "../../components/Choices";
import { FormDialog } from "../../components/Form";
import { OwnPasswordField } from "../../components/OwnPasswordField";
import { useForm } from "../../components/use-form";
import { t } from "../../i18n";
import { RoleChoice } from "./RoleChoice";

interface MemberDialogProps<T = void> {
  member: Member;
  onDone: (result: T) => void;
  onClose: () => void;
}

const nameOf = (member: Member) => member.name || member.email;

export function ChangeMember({ member, onDone, onClose }: MemberDialogProps<Member>) {
  const [role, setRole] = useState<GivenRole>(member.role === "admin" ? "admin" : "viewer");
  const [siteIds, setSiteIds] = useState<string[] | null>(member.site_ids ?? null);
  const { errors, isSending, send, refuse } = useForm<"site_ids">(["site_ids"]);

  const save = async () => {
    if (siteIds?.length === 0) return refuse({ site_ids: t("choice.choose_one") });
    await send(async () => onDone(await changeMember(member.id, { role, site_ids: siteIds })));
  };

  return (
    <FormDialog
      title={t("members.change_title", { name: nameOf(member) })}
      submit={t("app.save")}
      isSending={isSending}
      error={errors.form}
      onSubmit={save}
      onClose={onClose}
    >
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

export function RemoveMember({ member, onDone, onClose }: MemberDialogProps) {
  const { errors, isSending, send } = useForm<never>([]);
  const remove = async () => {
    if (await send(() => removeMember(member.id))) onDone();
  };
  return (
    <FormDialog
      title={t("members.remove_title", { name: nameOf(member) })}
      submit={t("members.remove")}
      danger
      isSending={isSending}
      error={errors.form}
      onSubmit={remove}
      onClose={onClose}
    >
      <p>{t("members.remove_text")}</p>
    </FormDialog>
  );
}

export function HandOver({ member, onDone, onClose }: MemberDialogProps) {
  const [password, setPassword] = useState("");
  const { errors, isSending, send, refuse, touch } = useForm<"password">(["password"]);

  const submit = async () => {
    if (!password) return refuse({ password: t("auth.required") });
    if (await send(() => handOver(member.id, password))) onDone();
  };

  return (
    <FormDialog
      title={t("members.hand_over_title", { name: nameOf(member) })}
      submit={t("members.hand_over_submit")}
      danger
      isSending={isSending}
      error={errors.form}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{t("members.hand_over_text", { name: nameOf(member) })}</p>
      <OwnPasswordField
        value={password}
        onInput={(value) => {
          setPassword(value);
          touch("password");
        }}
        error={errors.password}
      />
    </FormDialog>
  );
}
