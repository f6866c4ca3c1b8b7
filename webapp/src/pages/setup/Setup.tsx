// From "waiting for the first pageview" to "receiving", by itself.

import { useEffect, useRef, useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import { getSite } from "../../api/client";
import { browserWorld, keepLive } from "../../api/live";
import type { Site } from "../../api/types";
import { ErrorBox } from "../../components/ErrorBox";
import { FirstSteps } from "../../components/FirstSteps";
import { Header } from "../../components/Header";
import { Icon } from "../../components/Icon";
import { Layout } from "../../components/Layout";
import { FormSkeleton } from "../../components/Skeleton";
import { useSite } from "../../components/use-site";
import { useTitle } from "../../components/use-title";
import { t } from "../../i18n";
import { readableDomain } from "../../lib/domain";
import { urls } from "../../lib/urls";
import { canManage } from "../../state/me";
import { member } from "../../state/member";
import { keepSite, sites } from "../../state/sites";
import { Checker } from "./Checker";
import { Install } from "./Install";

export function Setup() {
  const key = useRoute().params.site ?? "";
  const { site, error, reload } = useSite(key);
  useTitle(site && t("setup.title", { site: readableDomain(site.domain) }));

  return (
    <Layout header={<Header site={site?.domain ?? key} />}>
      <div class="mx-auto max-w-2xl py-4 sm:py-10">
        {site ? (
          <Steps site={site} />
        ) : error ? (
          <ErrorBox isPage error={error} onRetry={reload} />
        ) : (
          <FormSkeleton />
        )}
      </div>
    </Layout>
  );
}

/** Watches a site until its first event: who is online, and when someone is, the site again. */
function useFirstEvent({ id, first_event_at: firstEvent }: Site): void {
  useEffect(() => {
    if (firstEvent) return;
    const look = () => getSite(id).then(keepSite, () => undefined);
    const stop = keepLive<number>(
      {
        subscribe: (sink) => member.connection.subscribeVisitors(id, sink),
        poll: () => look().then(() => 0),
        onValue: (online) => {
          if (online > 0) void look();
        },
      },
      browserWorld,
    );
    const slowly = setInterval(() => document.hidden || look(), 5_000);
    return () => {
      stop();
      clearInterval(slowly);
    };
  }, [id, firstEvent]);
}

function Steps({ site }: { site: Site }) {
  useFirstEvent(site);
  const isReceiving = Boolean(site.first_event_at);
  const domain = readableDomain(site.domain);
  const isFirst = !isReceiving && sites.value?.length === 1;
  return (
    <>
      {isFirst && <FirstSteps step={3} />}
      <h1 class="mb-5 text-xl font-semibold break-words">{t("setup.title", { site: domain })}</h1>
      <div class="card-box divide-y divide-line">
        <section class="space-y-4 p-5 sm:p-8">
          <h2 class="flex items-baseline gap-3 font-semibold">
            <StepNumber number={1} />
            {t("setup.step_snippet")}
          </h2>
          <Install site={site} />
        </section>
        <section class="space-y-4 p-5 sm:p-8">
          <h2 class="flex items-baseline gap-3 font-semibold">
            <StepNumber number={2} />
            {t("setup.step_visit")}
          </h2>
          <div role="status" class="flex items-start gap-3.5">
            {isReceiving ? (
              <Icon name="check" size={20} class="text-better" />
            ) : (
              <span aria-hidden="true" class="pulse pulse-on mx-1.5 mt-1.5 shrink-0 bg-accent!" />
            )}
            <div class="min-w-0">
              <p class={`font-medium break-words ${isReceiving ? "text-better" : ""}`}>
                {isReceiving ? t("setup.receiving", { site: domain }) : t("setup.waiting")}
              </p>
              <p class="text-[0.8125rem] text-quiet">
                {t(isReceiving ? "setup.receiving_hint" : "setup.waiting_hint")}
              </p>
            </div>
          </div>
          <a href={urls.site(site.domain)} class={`btn ${isReceiving ? "btn-primary" : "btn-plain"}`}>
            {t(isReceiving ? "setup.open_dashboard" : "setup.later")}
          </a>
        </section>
        {canManage.value && <Doubts site={site} isReceiving={isReceiving} />}
      </div>
    </>
  );
}

/** Opened by who waits in vain; by the address, for who was sent here because of that. */
function Doubts({ site, isReceiving }: { site: Site; isReceiving: boolean }) {
  const [isOpen, setOpen] = useState(location.hash === "#check");
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (location.hash === "#check") section.current?.scrollIntoView();
  }, []);
  return (
    <section
      ref={section}
      id="check"
      aria-labelledby="check-heading"
      class="scroll-mt-4 space-y-4 p-5 sm:p-8"
    >
      <div class="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <h2 id="check-heading" class="font-semibold">
          {t(isReceiving ? "check.title_receiving" : "check.title")}
        </h2>
        <button
          type="button"
          class="btn btn-plain btn-sm"
          aria-expanded={isOpen}
          aria-controls="check-found"
          onClick={() => setOpen(!isOpen)}
        >
          {t(isOpen ? "check.stop" : "check.start")}
        </button>
      </div>
      <div id="check-found">
        {isOpen ? <Checker site={site} /> : <p class="text-quiet">{t("check.intro")}</p>}
      </div>
    </section>
  );
}

function StepNumber({ number }: { number: number }) {
  return (
    <span
      aria-hidden="true"
      class="grid size-6 shrink-0 place-items-center rounded-full bg-accent/14 text-xs font-semibold text-primary"
    >
      {number}
    </span>
  );
}
