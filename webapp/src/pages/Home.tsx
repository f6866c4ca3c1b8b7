// The address without a site: on to the site seen last, or to adding the first one.

import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { Header } from "../components/Header";
import { Layout } from "../components/Layout";
import { DashboardSkeleton } from "../components/Skeleton";
import { urls } from "../lib/urls";
import { sites, startSite } from "../state/sites";

export function Home() {
  const { route } = useLocation();
  const list = sites.value;
  const target = list && (startSite(list)?.domain ?? "");

  useEffect(() => {
    if (target !== null) route(target ? urls.site(target) : urls.newSite, true);
  }, [target, route]);

  return (
    <Layout header={<Header />}>
      <div aria-hidden="true" class="mb-4 h-9" />
      <DashboardSkeleton />
    </Layout>
  );
}
