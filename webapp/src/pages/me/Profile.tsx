import { useState } from "preact/hooks";
import { changeMe } from "../../api/account";
import type { Me } from "../../api/account-types";
import { FormError } from "../../components/ErrorBox";
import { TextField } from "../../components/Field";
import { Form, SaveLine } from "../../components/Form";
import { Section } from "../../components/Section";
import { useForm } from "../../components/use-form";
import { t } from "../../i18n";

export function Profile({ me, onChange }: { me: Me; onChange: (me: Me) => void }) {
  const [name, setName] = useState(me.user.name);
  const [isSaved, setSaved] = useState(false);
  const { errors, isSending, send, refuse, touch } = useForm<"name">(["name"]);

  const save = async () => {
    if (!name.trim()) return refuse({ name: t("auth.required") });
    setSaved(await send(async () => onChange(await changeMe({ name: name.trim() }))));
  };

  return (
    <Section title={t("me.profile")} intro={t("me.profile_intro", { email: me.user.email })}>
      <Form onSubmit={save}>
        <TextField
          label={t("auth.name")}
          name="name"
          autocomplete="name"
          value={name}
          onInput={(value) => {
            setName(value);
            setSaved(false);
            touch("name");
          }}
          error={errors.name}
        />
        <FormError error={errors.form ?? null} />
        <SaveLine isSending={isSending} isSaved={isSaved} />
      </Form>
    </Section>
  );
}
