// Where the link of an invitation leads: who takes it, with the login at hand, another one or a new one.

import { useEffect, useMemo, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { lookAtInvitation } from "../../api/account";
import type { OpenInvitation } from "../../api/account-types";
import { type ApiError, toApiError } from "../../api/problem";
import { auth } from "../../api/session";
import { ErrorBox } from "../../components/ErrorBox";
import { LoginForm } from "../../components/LoginForm";
import { FormSkeleton } from "../../components/Skeleton";
import { TabList, TabPanel } from "../../components/Tabs";
import { useFragment } from "../../components/use-fragment";
import { useTitle } from "../../components/use-title";
import { t } from "../../i18n";
import { dayOf } from "../../lib/moments";
import { urls } from "../../lib/urls";
import { browserInvitation, dropToken, takeToken } from "../../state/invitation";
import { AuthPage } from "../AuthPage";
import { Join } from "./Join";
import { RegisterInvited } from "./RegisterInvited";

const TABS = ["register", "login"] as const;

export function Invite() {
  const { route } = useLocation();
  const token = useMemo(() => takeToken(browserInvitation), []);
  const [invitation, setInvitation] = useState<OpenInvitation | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [tab, setTab] = useState<(typeof TABS)[number]>("register");
  const [round, setRound] = useState(0);
  useTitle(t("invite.title"));
  useFragment();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks again
  useEffect(() => {
    if (token === null) return;
    setError(null);
    lookAtInvitation(token).then(setInvitation, (reason: unknown) => {
      const problem = toApiError(reason);
      if (problem.status === 404) dropToken(browserInvitation);
      setError(problem);
    });
  }, [token, round]);

  const enter = () => {
    dropToken(browserInvitation);
    route(urls.home, true);
  };

  if (token === null || error?.status === 404)
    return (
      <AuthPage title={t("invite.bad_title")} intro={t("invite.bad")}>
        <a href={urls.home} class="btn btn-primary w-full">
          {t(auth.identity.value ? "app.home" : "auth.login.submit")}
        </a>
      </AuthPage>
    );
  if (error)
    return (
      <main class="mx-auto flex min-h-dvh max-w-lg flex-col justify-center px-4">
        <ErrorBox isPage error={error} onRetry={() => setRound(round + 1)} />
      </main>
    );
  if (!invitation)
    return (
      <main class="mx-auto flex min-h-dvh max-w-[26rem] flex-col justify-center px-4">
        <FormSkeleton />
      </main>
    );

  const account = invitation.account.name;
  return (
    <AuthPage
      title={t("invite.heading", { account })}
      intro={t(`invite.as.${invitation.role}`)}
      footer={t("invite.expires", { date: dayOf(invitation.expires_at) })}
    >
      {auth.identity.value ? (
        <Join token={token} invitation={invitation} onJoined={enter} />
      ) : (
        <div class="space-y-4">
          <TabList
            id="invite"
            label={t("invite.how")}
            tabs={TABS}
            selected={tab}
            name={(name) => t(`invite.tab.${name}`)}
            onSelect={setTab}
          />
          <TabPanel id="invite" tab={tab}>
            {tab === "register" ? (
              <RegisterInvited token={token} email={invitation.email} onJoined={enter} />
            ) : (
              <LoginForm email={invitation.email} />
            )}
          </TabPanel>
        </div>
      )}
    </AuthPage>
  );
}
