// The public dashboard of a share link or a public site, for people without a login. Inside a frame of another page
// (`?embed=true`) it goes without its header.

import { useEffect, useMemo, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { toApiError } from "../api/problem";
import type { Reader, Shared } from "../api/share-session";
import { Board, useBoard } from "../components/Board";
import { ErrorBox, FormError } from "../components/ErrorBox";
import { TextField } from "../components/Field";
import { LanguageChoice } from "../components/LanguageChoice";
import { Layout } from "../components/Layout";
import { Mark } from "../components/Mark";
import { Online } from "../components/Online";
import { DashboardSkeleton } from "../components/Skeleton";
import { useTitle } from "../components/use-title";
import { useToday } from "../components/use-today";
import { t } from "../i18n";
import { today } from "../lib/dates";
import { readableDomain } from "../lib/domain";
import { limitsOf, offersRealtime } from "../lib/limits";
import { frameOf, shareHref } from "../lib/view";
import { type Visit, visitOf } from "../state/shared";
import { useViewer, ViewerContext } from "../state/viewer";
import { AuthPage } from "./AuthPage";

export function SharePage({ slug }: { slug: string }) {
  const visit = useMemo(() => visitOf(slug), [slug]);
  const { reader } = visit;

  const state = reader.state.value;
  switch (state.is) {
    case "opening":
      return <Opening />;
    case "locked":
      return <Locked reader={reader} wrong={state.wrong} />;
    case "open":
      return <Open slug={slug} visit={visit} shared={state.shared} />;
    case "missing":
      return <Closed title={t("share.missing")} hint={t("share.missing_hint")} />;
    case "ended":
      return <Closed title={t("share.ended")} hint={t("share.ended_hint")} />;
    case "failed":
      return (
        <main class="mx-auto flex min-h-dvh max-w-lg flex-col justify-center px-4">
          <ErrorBox isPage error={state.error} onRetry={() => void reader.start()} />
        </main>
      );
  }
}

function Opening() {
  return (
    <div class="mx-auto max-w-[74rem] px-4 pt-16">
      <DashboardSkeleton />
    </div>
  );
}

function Closed({ title, hint }: { title: string; hint: string }) {
  useTitle(title);
  return (
    <main class="flex min-h-dvh flex-col items-center justify-center gap-3 px-4 py-10 text-center">
      <Mark size={56} />
      <div role="alert" class="space-y-1">
        <h1 class="text-lg font-semibold">{title}</h1>
        <p class="max-w-md text-quiet">{hint}</p>
      </div>
    </main>
  );
}

function Locked({ reader, wrong }: { reader: Reader; wrong: boolean }) {
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const [isTouched, setTouched] = useState(false);
  useTitle(t("share.locked"));

  const submit = async () => {
    setProblem(null);
    if (password === "") {
      setProblem(t("auth.required"));
      return;
    }
    setSending(true);
    setTouched(false);
    try {
      await reader.unlock(password);
    } catch (error) {
      setProblem(toApiError(error).text);
    }
    setSending(false);
  };

  return (
    <AuthPage title={t("share.locked")} intro={t("share.locked_intro")}>
      <form
        class="space-y-5"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label={t("share.password")}
          name="password"
          type="password"
          autocomplete="off"
          autofocus
          value={password}
          onInput={(value) => {
            setPassword(value);
            setTouched(true);
          }}
          error={wrong && !isTouched && !isSending ? t("share.password_wrong") : undefined}
        />
        <FormError error={problem} />
        <button type="submit" class="btn btn-primary w-full" disabled={isSending}>
          {t("share.unlock")}
        </button>
      </form>
    </AuthPage>
  );
}

function Open({ slug, visit, shared }: { slug: string; visit: Visit; shared: Shared }) {
  const { url } = useLocation();
  const { search } = new URL(url, location.origin);
  const frame = useMemo(() => frameOf(search), [search]);
  const { connection, board, pause } = visit;
  useEffect(() => () => connection.closeSocket(), [connection]);

  const { timezone } = shared.site;
  const day = useToday(timezone);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `day` is what the limits move with
  const limits = useMemo(() => limitsOf(shared, timezone), [shared, timezone, day]);
  const viewer = {
    connection,
    board,
    pause,
    limits,
    href: (_: string, view: Parameters<typeof shareHref>[1]) => shareHref(slug, view, frame),
  };
  return (
    <ViewerContext.Provider value={viewer}>
      <SharedDashboard shared={shared} isEmbedded={frame.embed} />
    </ViewerContext.Provider>
  );
}

function SharedDashboard({ shared, isEmbedded }: { shared: Shared; isEmbedded: boolean }) {
  const { limits } = useViewer();
  const { id, timezone } = shared.site;
  const domain = readableDomain(shared.site.domain);
  const state = useBoard(id, timezone);
  useTitle(domain);
  const hasNow = !state.view.realtime && offersRealtime(limits, today(timezone));
  const online = <Online href={hasNow ? state.hrefWith({ realtime: true }) : undefined} />;
  // The name of a link is the owner's word for it; that of a site mostly is its domain.
  const name = [shared.name, shared.site.name].find((word) => word && word !== shared.site.domain);

  const header = isEmbedded ? (
    <div class="h-4" />
  ) : (
    <header class="flex h-14 items-center gap-3 sm:h-16 sm:gap-4">
      <Mark size={30} />
      <p class="min-w-0 truncate text-[0.9375rem] font-semibold sm:text-base">{domain}</p>
      {name && <p class="hidden min-w-0 truncate text-quiet sm:block">{name}</p>}
      <div class="ml-auto">{online}</div>
    </header>
  );
  return (
    <Layout header={header}>
      <h1 class="sr-only">{t("share.title", { site: domain })}</h1>
      <Board state={state} start={isEmbedded && online} />
      <footer class="space-y-2 pt-6 text-center text-xs text-quiet">
        <p>{t("share.footer", { timezone })}</p>
        {/* In a frame, the page around it says the language. */}
        {!isEmbedded && <LanguageChoice />}
      </footer>
    </Layout>
  );
}
