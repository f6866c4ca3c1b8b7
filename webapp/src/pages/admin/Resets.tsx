import { useState } from "preact/hooks";
import { listResets, makeResetLink } from "../../api/account";
import type { ResetRequest } from "../../api/account-types";
import { toApiError } from "../../api/problem";
import { CopyBox } from "../../components/CopyBox";
import { Dialog } from "../../components/Dialog";
import { Moment } from "../../components/Moment";
import { Section, Waiting } from "../../components/Section";
import { useLoaded } from "../../components/use-loaded";
import { t } from "../../i18n";
import { flash } from "../../state/flash";

/** Password resets that no mail server took: their links go by hand. */
export function Resets() {
  const requests = useLoaded(listResets);
  const [made, setMade] = useState<{ email: string; link: string } | null>(null);

  const make = ({ id, email }: ResetRequest) =>
    makeResetLink(id).then(
      (link) => setMade({ email, link }),
      (error: unknown) => {
        flash(toApiError(error).text);
        requests.reload();
      },
    );

  return (
    <>
      <Section title={t("admin.resets")} intro={t("admin.resets_intro")}>
        <Waiting of={requests}>
          {(list) =>
            list.length === 0 ? (
              <p class="text-quiet">{t("admin.no_resets")}</p>
            ) : (
              <ul class="-my-2 divide-y divide-line">
                {list.map((request) => (
                  <li key={request.id} class="flex items-center gap-3 py-3">
                    <div class="min-w-0 grow">
                      <p class="font-medium wrap-anywhere">{request.email}</p>
                      <p class="text-[0.8125rem] text-quiet">
                        {t("admin.asked")} <Moment at={request.requested_at} />
                      </p>
                    </div>
                    <button
                      type="button"
                      class="btn btn-plain btn-sm shrink-0"
                      aria-label={t("admin.make_link_for", { email: request.email })}
                      onClick={() => make(request)}
                    >
                      {t("admin.make_link")}
                    </button>
                  </li>
                ))}
              </ul>
            )
          }
        </Waiting>
      </Section>
      {made && (
        <Dialog title={t("admin.link_title", { email: made.email })} sticky onClose={() => setMade(null)}>
          <div class="space-y-4">
            <p>{t("admin.link_text")}</p>
            <CopyBox label={t("invitations.link")} text={made.link} copy={t("invitations.copy")} />
            <div class="flex justify-end">
              <button type="button" class="btn btn-plain" onClick={() => setMade(null)}>
                {t("app.done")}
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}
