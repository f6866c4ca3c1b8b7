// The account: its name and numbers, who is in it, its API tokens, what was done in it. Roles decide what is shown.

import { useLocation } from "preact-iso";
import { getAccount } from "../../api/account";
import { auth } from "../../api/session";
import { Header } from "../../components/Header";
import { Layout } from "../../components/Layout";
import { Waiting } from "../../components/Section";
import { TabList, TabPanel } from "../../components/Tabs";
import { useLoaded } from "../../components/use-loaded";
import { useTitle } from "../../components/use-title";
import { t } from "../../i18n";
import { urls } from "../../lib/urls";
import { canManage, isOwner } from "../../state/me";
import { Audit } from "./Audit";
import { DeleteAccount } from "./DeleteAccount";
import { General } from "./General";
import { Invitations } from "./Invitations";
import { Leave } from "./Leave";
import { Members } from "./Members";
import { Tokens } from "./Tokens";

type Tab = "general" | "members" | "tokens" | "audit";

export function AccountPage() {
  const { query, route } = useLocation();
  const account = auth.identity.value?.account;
  const tabs: Tab[] = [
    "general",
    ...(canManage.value ? (["members"] as const) : []),
    "tokens",
    ...(isOwner.value ? (["audit"] as const) : []),
  ];
  const tab = tabs.find((name) => name === query.show) ?? "general";
  useTitle(t("account.title"));

  return (
    <Layout header={<Header />}>
      <div class="mx-auto max-w-3xl space-y-5 py-4 sm:py-8">
        <div class="space-y-4">
          <h1 class="text-xl font-semibold break-words">
            {t("account.heading", { account: account?.name ?? "" })}
          </h1>
          <TabList
            id="account"
            label={t("account.tabs")}
            tabs={tabs}
            selected={tab}
            name={(name) => t(`account.tab.${name}`)}
            onSelect={(name) => route(urls.account(name === "general" ? undefined : name), true)}
          />
        </div>
        <TabPanel id="account" tab={tab}>
          <div class="space-y-4">
            {tab === "general" && <GeneralTab />}
            {tab === "members" && (
              <>
                <Members />
                <Invitations />
              </>
            )}
            {tab === "tokens" && <Tokens />}
            {tab === "audit" && <Audit />}
          </div>
        </TabPanel>
      </div>
    </Layout>
  );
}

function GeneralTab() {
  const account = useLoaded(getAccount);
  return (
    <Waiting of={account}>
      {(details) => (
        <>
          <General account={details} onChange={account.keep} />
          {isOwner.value ? <DeleteAccount account={details} /> : <Leave account={details} />}
        </>
      )}
    </Waiting>
  );
}
