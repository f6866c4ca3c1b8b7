// The dashboard of a site for members of its account.

import { useRoute } from "preact-iso";
import { Board, useBoard } from "../components/Board";
import { Header } from "../components/Header";
import { Layout } from "../components/Layout";
import { Drops, Notices } from "../components/Notices";
import { Online } from "../components/Online";
import { useTitle } from "../components/use-title";
import { Waiting } from "../components/Waiting";
import { readableDomain } from "../lib/domain";
import { member } from "../state/member";
import { findSite } from "../state/sites";
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
  const domain = data?.site.domain ?? findSite(site)?.domain ?? site;
  useTitle(readableDomain(domain));

  return (
    <Layout
      header={
        <Header site={domain} page="dashboard">
          <Online href={view.realtime ? undefined : state.hrefWith({ realtime: true })} />
        </Header>
      }
    >
      <h1 class="sr-only">{readableDomain(domain)}</h1>
      <Board
        state={state}
        above={(data) => (
          <>
            <Notices notices={data.notices} />
            <Waiting data={data} />
          </>
        )}
        below={({ drops }) => <Drops drops={drops} />}
      />
    </Layout>
  );
}
