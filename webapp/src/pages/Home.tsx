// The first page: all sites, where there are several. The only site there is opens at once, and without any one is added.

import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { Header } from "../components/Header";
import { Layout } from "../components/Layout";
import { SitesSkeleton } from "../components/Skeleton";
import { t } from "../i18n";
import { urls } from "../lib/urls";
import { canManage } from "../state/me";
import { sites } from "../state/sites";
import { AllSites } from "./sites/AllSites";

export function Home() {
  const { path, route } = useLocation();
  const list = sites.value;
  const only = list?.length === 1 ? list[0] : undefined;
  // Who may not add a site waits here until there is one to see.
  const isEmpty = list?.length === 0 && !canManage.value;
  // The router takes the slash at the end away, which the address of an app below a path has.
  const isHome = `${path.replace(/\/$/, "")}/` === urls.home;
  const target =
    only && isHome ? urls.site(only.domain) : list?.length === 0 && !isEmpty ? urls.newSite : null;

  useEffect(() => {
    if (target !== null) route(target, true);
  }, [target, route]);

  return (
    <Layout header={<Header page="sites" />}>
      {isEmpty ? (
        <div class="card-box mx-auto mt-10 max-w-lg space-y-1 px-6 py-10 text-center">
          <h1 class="text-base font-semibold">{t("account.no_sites")}</h1>
          <p class="text-quiet">{t("account.no_sites_hint")}</p>
        </div>
      ) : list && target === null ? (
        <AllSites />
      ) : (
        <SitesSkeleton isWhole />
      )}
    </Layout>
  );
}
