// The settings of a site. Viewers may read what it is called and its snippet.

import { useEffect } from "preact/hooks";
import { useRoute } from "preact-iso";
import { auth } from "../api/session";
import type { Site } from "../api/types";
import { ErrorBox } from "../components/ErrorBox";
import { Header } from "../components/Header";
import { Layout } from "../components/Layout";
import { FormSkeleton } from "../components/Skeleton";
import { Snippet } from "../components/Snippet";
import { useSite } from "../components/use-site";
import { useTitle } from "../components/use-title";
import { t } from "../i18n";
import { urls } from "../lib/urls";
import { Addresses } from "./settings/Addresses";
import { Counting } from "./settings/Counting";
import { Deletion, Reset } from "./settings/Endings";
import { Section } from "./settings/form";
import { General } from "./settings/General";
import { PublicDashboard } from "./settings/Public";
import { Retention } from "./settings/Retention";
import { ShareLinks } from "./settings/ShareLinks";
import { Token } from "./settings/Token";

export function Settings() {
  const key = useRoute().params.site ?? "";
  const { site, error, reload } = useSite(key);
  const canChange = auth.identity.value?.account.role !== "viewer";
  useTitle(site && t("settings.title", { site: site.domain }));

  return (
    <Layout header={<Header site={site?.domain ?? key} page="settings" />}>
      <div class="mx-auto max-w-2xl space-y-4 py-4 sm:py-8">
        {site ? (
          <>
            <h1 class="text-xl font-semibold break-words">{t("settings.title", { site: site.domain })}</h1>
            {!canChange && <p class="text-quiet">{t("settings.read_only")}</p>}
            <Sections key={site.id} site={site} canChange={canChange} />
          </>
        ) : error ? (
          <ErrorBox isPage error={error} onRetry={reload} />
        ) : (
          <FormSkeleton />
        )}
      </div>
    </Layout>
  );
}

function Sections({ site, canChange }: { site: Site; canChange: boolean }) {
  // Whoever was sent to one of them is led there.
  useEffect(() => {
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, []);
  return (
    <>
      <General site={site} canChange={canChange} />
      <Section title={t("settings.snippet")} intro={t("settings.snippet_intro")}>
        <Snippet code={site.snippet} />
        <p class="flex flex-wrap gap-x-5 gap-y-1">
          <a href={urls.setup(site.domain)} class="font-medium text-primary hover:underline">
            {t("settings.setup")}
          </a>
          {canChange && (
            <a href={urls.check(site.domain)} class="font-medium text-primary hover:underline">
              {t("settings.check")}
            </a>
          )}
        </p>
      </Section>
      {canChange && <ShareLinks site={site} />}
      <PublicDashboard site={site} canChange={canChange} />
      <Counting site={site} canChange={canChange} />
      {canChange && <Addresses site={site} />}
      <Retention site={site} canChange={canChange} />
      {canChange && <Token site={site} />}
      {canChange && <Reset site={site} />}
      {canChange && <Deletion site={site} />}
    </>
  );
}
