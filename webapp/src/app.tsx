// Which page an address shows, and who may see it.

import { useEffect } from "preact/hooks";
import { LocationProvider, Route, Router, useLocation } from "preact-iso";
import { ApiError } from "./api/problem";
import { auth } from "./api/session";
import { closeSocket } from "./api/subscriptions";
import { ErrorBox } from "./components/ErrorBox";
import { urls } from "./lib/urls";
import { DashboardPage } from "./pages/DashboardPage";
import { Home } from "./pages/Home";
import { Login } from "./pages/Login";
import { NewSite } from "./pages/NewSite";
import { NotFound } from "./pages/NotFound";
import { Register } from "./pages/Register";
import { Settings } from "./pages/Settings";
import { Setup } from "./pages/Setup";
import { forgetDashboard } from "./state/dashboard";
import { flashText } from "./state/flash";
import { instance, instanceError, loadInstance } from "./state/instance";
import { forgetSites, loadSites, sites, sitesError } from "./state/sites";

export function App() {
  return (
    <LocationProvider scope={urls.basePath}>
      <Gate />
      <Flash />
    </LocationProvider>
  );
}

/** Decides by the session: the app, the pages before login, or that the server does not answer. */
function Gate() {
  switch (auth.state.value) {
    case "starting":
      return null;
    case "unreachable":
      return <Trouble error={new ApiError(0)} onRetry={() => void auth.start()} />;
    case "signed_out":
      return <SignedOut />;
    case "signed_in":
      return <SignedIn />;
  }
}

function SignedOut() {
  const { url, path, query, route } = useLocation();
  const isSetup = instance.value?.setup_required;
  const isAuthPage = path === urls.login() || path === urls.register;
  const target = isSetup
    ? urls.register
    : isAuthPage
      ? null
      : urls.login(url === urls.home ? undefined : url);

  useEffect(() => {
    forgetSites();
    forgetDashboard();
    closeSocket();
    void loadInstance();
  }, []);

  const isKnown = instance.value !== null;
  useEffect(() => {
    if (isKnown && target !== null && path !== target) route(target, true);
  }, [isKnown, target, path, route]);

  if (instanceError.value) return <Trouble error={instanceError.value} onRetry={() => void loadInstance()} />;
  if (!isKnown) return null;
  return path === urls.register ? <Register /> : <Login key={query.next} />;
}

function SignedIn() {
  const { path, query, route } = useLocation();
  const isAuthPage = path === urls.login() || path === urls.register;

  useEffect(() => {
    if (isAuthPage) route(urls.next(query.next), true);
  }, [isAuthPage, query.next, route]);
  useEffect(() => {
    if (sites.peek() === null) void loadSites();
  }, []);

  if (isAuthPage) return null;
  if (sitesError.value) return <Trouble error={sitesError.value} onRetry={() => void loadSites()} />;
  return (
    <Router>
      <Route path={urls.home} component={Home} />
      <Route path={urls.newSite} component={NewSite} />
      <Route path={`${urls.basePath}sites/:site`} component={DashboardPage} />
      <Route path={`${urls.basePath}sites/:site/setup`} component={Setup} />
      <Route path={`${urls.basePath}sites/:site/settings`} component={Settings} />
      <Route default component={NotFound} />
    </Router>
  );
}

function Trouble({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  return (
    <main class="mx-auto flex min-h-dvh max-w-lg flex-col justify-center px-4">
      <ErrorBox error={error} onRetry={onRetry} />
    </main>
  );
}

function Flash() {
  return (
    <div role="alert" class="pointer-events-none fixed inset-x-0 bottom-4 z-50 flex justify-center px-4">
      {flashText.value && <p class="card-box px-4 py-2.5 shadow-lg">{flashText.value}</p>}
    </div>
  );
}
