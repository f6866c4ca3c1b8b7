// The instance, for who looks after it: all accounts, password resets that no mail took, domains to release.

import { auth } from "../../api/session";
import { Header } from "../../components/Header";
import { Layout } from "../../components/Layout";
import { useTitle } from "../../components/use-title";
import { t } from "../../i18n";
import { NotFound } from "../NotFound";
import { Accounts } from "./Accounts";
import { ReleaseDomain } from "./ReleaseDomain";
import { Resets } from "./Resets";

export function AdminPage() {
  useTitle(t("admin.title"));
  if (!auth.identity.value?.user.is_admin) return <NotFound />;
  return (
    <Layout header={<Header />}>
      <div class="mx-auto max-w-4xl space-y-4 py-4 sm:py-8">
        <h1 class="text-xl font-semibold">{t("admin.title")}</h1>
        <Accounts />
        <Resets />
        <ReleaseDomain />
      </div>
    </Layout>
  );
}
