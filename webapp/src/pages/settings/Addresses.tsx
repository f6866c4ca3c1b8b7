import { useEffect, useState } from "preact/hooks";
import { type ApiError, toApiError } from "../../api/problem";
import { excludeAddress, includeAddress, listExcludedAddresses } from "../../api/share";
import type { ExcludedAddress } from "../../api/share-types";
import type { Site } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { ErrorBox, FormError } from "../../components/ErrorBox";
import { TextField } from "../../components/Field";
import { Icon } from "../../components/Icon";
import { TickField } from "../../components/MoreFields";
import { t } from "../../i18n";
import { dayOf } from "../../lib/moments";
import { DialogButtons, onSubmit, Section, useSaving } from "./form";

/** Addresses that are not counted. They are kept hashed: notes and dates are all that can be shown. */
export function Addresses({ site }: { site: Site }) {
  const [list, setList] = useState<ExcludedAddress[] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [round, setRound] = useState(0);
  const [isAdding, setAdding] = useState(false);
  const removing = useSaving();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks again
  useEffect(() => {
    let gone = false;
    setError(null);
    listExcludedAddresses(site.id).then(
      (addresses) => gone || setList(addresses),
      (reason: unknown) => gone || setError(toApiError(reason)),
    );
    return () => {
      gone = true;
    };
  }, [site.id, round]);

  const remove = (id: string) =>
    removing.run(async () => {
      await includeAddress(site.id, id);
      setList((known) => known?.filter((address) => address.id !== id) ?? null);
    });

  return (
    <Section id="addresses" title={t("settings.addresses")} intro={t("settings.addresses_intro")}>
      {error ? (
        <ErrorBox error={error} onRetry={() => setRound(round + 1)} />
      ) : (
        list &&
        (list.length === 0 ? (
          <p class="text-quiet">{t("settings.addresses_none")}</p>
        ) : (
          <ul class="divide-y divide-line border-y border-line">
            {list.map((address) => {
              const name = address.note || t("settings.address_unnamed");
              return (
                <li key={address.id} class="flex items-center gap-3 py-2">
                  <p class="min-w-0 grow break-words">
                    {name}
                    <span class="ml-2 whitespace-nowrap text-[0.8125rem] text-quiet">
                      {t("settings.address_since", { date: dayOf(address.created_at) })}
                    </span>
                  </p>
                  <button
                    type="button"
                    class="btn btn-ghost btn-sm"
                    aria-label={t("settings.address_remove_of", { name })}
                    disabled={removing.isSending}
                    onClick={() => void remove(address.id)}
                  >
                    {t("settings.address_remove")}
                  </button>
                </li>
              );
            })}
          </ul>
        ))
      )}
      <FormError error={removing.errors.form ?? null} />
      <button type="button" class="btn btn-plain self-start" onClick={() => setAdding(true)}>
        <Icon name="plus" />
        {t("settings.address_add")}
      </button>
      {isAdding && (
        <AddAddress
          site={site}
          onClose={() => setAdding(false)}
          onAdded={(address) => {
            setList((known) => [...(known ?? []).filter((other) => other.id !== address.id), address]);
            setAdding(false);
          }}
        />
      )}
    </Section>
  );
}

interface AddAddressProps {
  site: Site;
  onClose: () => void;
  onAdded: (address: ExcludedAddress) => void;
}

function AddAddress({ site, onClose, onAdded }: AddAddressProps) {
  const [isOwn, setOwn] = useState(true);
  const [address, setAddress] = useState("");
  const [note, setNote] = useState("");
  const saving = useSaving(["address", "note"]);

  const save = async () => {
    if (!isOwn && !address.trim()) return saving.refuse({ address: t("auth.required") });
    await saving.run(async () => {
      onAdded(
        await excludeAddress(site.id, {
          ...(isOwn ? {} : { address: address.trim() }),
          ...(note.trim() ? { note: note.trim() } : {}),
        }),
      );
    });
  };

  return (
    <Dialog title={t("settings.address_add")} onClose={onClose}>
      <form class="space-y-4" noValidate onSubmit={onSubmit(save)}>
        <TickField
          label={t("settings.address_own")}
          name="own"
          checked={isOwn}
          onChange={setOwn}
          hint={t("settings.address_own_hint")}
        />
        {!isOwn && (
          <TextField
            label={t("settings.address")}
            name="address"
            autocomplete="off"
            placeholder="203.0.113.7"
            value={address}
            onInput={setAddress}
            hint={t("settings.address_hint")}
            error={saving.errors.address}
          />
        )}
        <TextField
          label={t("settings.address_note")}
          name="note"
          autocomplete="off"
          value={note}
          onInput={setNote}
          hint={t("settings.address_note_hint")}
          error={saving.errors.note}
        />
        <FormError error={saving.errors.form ?? (isOwn ? (saving.errors.address ?? null) : null)} />
        <DialogButtons onCancel={onClose}>
          <button type="submit" class="btn btn-primary" disabled={saving.isSending}>
            {t("settings.address_submit")}
          </button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
