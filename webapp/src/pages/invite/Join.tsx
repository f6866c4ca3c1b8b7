import { useState } from "preact/hooks";
import type { OpenInvitation } from "../../api/account-types";
import { toApiError } from "../../api/problem";
import { auth } from "../../api/session";
import { FormError } from "../../components/ErrorBox";
import { t } from "../../i18n";
import { urls } from "../../lib/urls";

interface JoinProps {
  token: string;
  invitation: OpenInvitation;
  onJoined: () => void;
}

/** Takes the invitation with the login of this browser. */
export function Join({ token, invitation, onJoined }: JoinProps) {
  const [error, setError] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const email = auth.identity.value?.user.email ?? "";
  const isOther = invitation.email !== undefined && invitation.email.toLowerCase() !== email.toLowerCase();

  const join = async () => {
    setSending(true);
    setError(null);
    try {
      await auth.accept(token);
      onJoined();
    } catch (reason) {
      const problem = toApiError(reason);
      setError(
        problem.status === 409
          ? t("invite.already")
          : problem.status === 404
            ? t("invite.bad")
            : problem.text,
      );
      setSending(false);
    }
  };

  return (
    <div class="space-y-3">
      {isOther ? (
        <p class="break-words text-quiet">{t("invite.other", { invited: invitation.email ?? "", email })}</p>
      ) : (
        <>
          <FormError error={error} />
          <button
            type="button"
            class="btn btn-primary h-auto min-h-10 w-full py-2"
            disabled={isSending}
            onClick={join}
          >
            <span class="min-w-0 break-words">{t("invite.join", { email })}</span>
          </button>
        </>
      )}
      <button
        type="button"
        class="btn btn-plain w-full"
        onClick={() => void auth.logout().catch(() => undefined)}
      >
        {t("invite.other_login")}
      </button>
      <a href={urls.home} class="btn btn-ghost w-full">
        {t("invite.not_now")}
      </a>
    </div>
  );
}
