import { useState } from "preact/hooks";
import { listTokens, revokeToken } from "../../api/account";
import type { ApiToken } from "../../api/account-types";
import { auth } from "../../api/session";
import { Badge } from "../../components/Badge";
import { siteWords } from "../../components/Choices";
import { FormDialog } from "../../components/Form";
import { Icon } from "../../components/Icon";
import { Moment } from "../../components/Moment";
import { Section, Waiting } from "../../components/Section";
import { useForm } from "../../components/use-form";
import { useLoaded } from "../../components/use-loaded";
import { t } from "../../i18n";
import { isOwner } from "../../state/me";
import { MadeToken, NewToken } from "./NewToken";

type Open = { what: "make" } | { what: "made" | "revoke"; token: ApiToken };

/** Keys for programs: one's own, an owner's list has everybody's. */
export function Tokens() {
  const tokens = useLoaded(listTokens);
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);

  return (
    <>
      <Section
        title={t("tokens.title")}
        intro={t(isOwner.value ? "tokens.intro_owner" : "tokens.intro")}
        action={
          <button type="button" class="btn btn-primary" onClick={() => setOpen({ what: "make" })}>
            <Icon name="plus" />
            {t("tokens.make")}
          </button>
        }
      >
        <Waiting of={tokens}>
          {(list) =>
            list.length === 0 ? (
              <p class="text-quiet">{t("tokens.none")}</p>
            ) : (
              <ul class="-my-2 divide-y divide-line">
                {list.map((token) => (
                  <Row key={token.id} token={token} onRevoke={() => setOpen({ what: "revoke", token })} />
                ))}
              </ul>
            )
          }
        </Waiting>
      </Section>
      {open?.what === "make" && (
        <NewToken
          onClose={close}
          onDone={(token) => {
            const { token: _, ...kept } = token;
            tokens.keep([...(tokens.value ?? []), kept]);
            setOpen({ what: "made", token });
          }}
        />
      )}
      {open?.what === "made" && <MadeToken token={open.token} onClose={close} />}
      {open?.what === "revoke" && (
        <Revoke
          token={open.token}
          onClose={close}
          onDone={() => {
            tokens.keep((tokens.value ?? []).filter(({ id }) => id !== open.token.id));
            close();
          }}
        />
      )}
    </>
  );
}

function Row({ token, onRevoke }: { token: ApiToken; onRevoke: () => void }) {
  const isOwn = token.created_by.id === auth.identity.value?.user.id;
  const hasEnded = token.expires_at !== undefined && Date.parse(token.expires_at) < Date.now();
  return (
    <li class="flex items-center gap-3 py-3">
      <div class="min-w-0 grow space-y-1">
        <p class="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span class="min-w-0 font-medium break-words">{token.name}</span>
          {hasEnded && <Badge tone="worse">{t("tokens.ended")}</Badge>}
        </p>
        <p class="flex flex-wrap gap-1.5">
          {token.scopes.map((scope) => (
            <Badge key={scope}>{scope}</Badge>
          ))}
        </p>
        <p class="flex flex-wrap gap-x-3 text-[0.8125rem] text-quiet">
          {!isOwn && <span>{t("tokens.by", { name: token.created_by.name })}</span>}
          {token.site_ids && <span>{t("members.only", { sites: siteWords(token.site_ids) })}</span>}
          <span>
            {token.last_used_at ? (
              <>
                {t("tokens.used")} <Moment at={token.last_used_at} />
              </>
            ) : (
              t("tokens.unused")
            )}
          </span>
          {token.expires_at && !hasEnded && (
            <span>
              {t("tokens.ends")} <Moment at={token.expires_at} as="day" />
            </span>
          )}
        </p>
      </div>
      <button
        type="button"
        class="btn btn-plain btn-sm shrink-0"
        aria-label={t("tokens.revoke_of", { name: token.name })}
        onClick={onRevoke}
      >
        {t("tokens.revoke")}
      </button>
    </li>
  );
}

function Revoke({ token, onDone, onClose }: { token: ApiToken; onDone: () => void; onClose: () => void }) {
  const { errors, isSending, send } = useForm<never>([]);
  const submit = async () => {
    if (await send(() => revokeToken(token.id))) onDone();
  };
  return (
    <FormDialog
      title={t("tokens.revoke_title", { name: token.name })}
      submit={t("tokens.revoke")}
      danger
      isSending={isSending}
      error={errors.form}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{t("tokens.revoke_text")}</p>
    </FormDialog>
  );
}
