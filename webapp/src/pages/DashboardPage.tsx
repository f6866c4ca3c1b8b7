// The dashboard of a site for members of its account.

import { useEffect } from "preact/hooks";
import { useRoute } from "preact-iso";
import { Board, useBoard } from "../components/Board";
import { Header } from "../components/Header";
import { Layout } from "../components/Layout";
import { Online } from "../components/Online";
import { useTitle } from "../components/use-title";
import { member } from "../state/member";
import { findSite, rememberSite } from "../state/sites";
import { ViewerContext } from "../state/viewer";

export function DashboardPage() {
  const site = useRoute().params.site ?? "";
  return (
    <ViewerContext.Provider value={member}>
      <MemberDashboard site={site} />
    </ViewerContext.Provider>
  );
}

function MemberDashboard({ site }: { site: string }) {
  const state = useBoard(site, findSite(site)?.timezone);
  const { data, view } = state;
  const id = data?.site.id ?? findSite(site)?.id;
  useEffect(() => {
    if (id) rememberSite(id);
  }, [id]);
  useTitle(data?.site.domain ?? site);

  const domain = data?.site.domain ?? findSite(site)?.domain ?? site;
  return (
    <Layout
      header={
        <Header site={domain} page="dashboard">
          <Online href={view.realtime ? undefined : state.hrefWith({ realtime: true })} />
        </Header>
      }
    >
      <h1 class="sr-only">{domain}</h1>
      <Board state={state} />
    </Layout>
  );
}
