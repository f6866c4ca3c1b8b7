// The address without a site: on to the site seen last, or to adding the first one.

import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { Header } from "../components/Header";
import { Layout } from "../components/Layout";
import { DashboardSkeleton } from "../components/Skeleton";
import { t } from "../i18n";
import { urls } from "../lib/urls";
import { canManage } from "../state/me";
import { sites, startSite } from "../state/sites";

export function Home() {
  const { route } = useLocation();
  const list = sites.value;
  const domain = list && (startSite(list)?.domain ?? "");
  // Who may not add a site waits here until there is one to see.
  const isEmpty = domain === "" && !canManage.value;
  const target = domain === null || isEmpty ? null : domain ? urls.site(domain) : urls.newSite;

  useEffect(() => {
    if (target !== null) route(target, true);
  }, [target, route]);

  if (isEmpty)
    return (
      <Layout header={<Header />}>
        <div class="card-box mx-auto mt-10 max-w-lg space-y-1 px-6 py-10 text-center">
          <h1 class="text-base font-semibold">{t("account.no_sites")}</h1>
          <p class="text-quiet">{t("account.no_sites_hint")}</p>
        </div>
      </Layout>
    );

  return (
    <Layout header={<Header />}>
      <div aria-hidden="true" class="mb-4 h-9" />
      <DashboardSkeleton />
    </Layout>
  );
}
