import { useId } from "preact/hooks";
import type { GivenRole } from "../../api/account-types";
import { Choice, Group } from "../../components/Choices";
import { t } from "../../i18n";

/** Viewer or admin, with what each may do. */
export function RoleChoice({ value, onChange }: { value: GivenRole; onChange: (role: GivenRole) => void }) {
  const name = useId();
  return (
    <Group legend={t("members.role")}>
      {(["viewer", "admin"] as const).map((role) => (
        <Choice
          key={role}
          type="radio"
          name={name}
          checked={value === role}
          onChange={() => onChange(role)}
          label={t(`role.${role}`)}
          hint={t(`role.${role}.may`)}
        />
      ))}
    </Group>
  );
}
