// What is behind a login: which page an address shows, and who may see it.

import { useEffect } from "preact/hooks";
import { Route, Router, useLocation } from "preact-iso";
import { ApiError } from "./api/problem";
import { auth, startAuth } from "./api/session";
import { ErrorBox } from "./components/ErrorBox";
import { Header } from "./components/Header";
import { Layout } from "./components/Layout";
import { lazyPage } from "./components/lazy-page";
import { Notices } from "./components/Notices";
import { urls } from "./lib/urls";
import { DashboardPage } from "./pages/DashboardPage";
import { Home } from "./pages/Home";
import { NotFound } from "./pages/NotFound";
import { isMoving, watchAccount } from "./state/account";
import { instance, instanceError, loadInstance } from "./state/instance";
import { loadMe, me } from "./state/me";
import { loadSites, sites, sitesError } from "./state/sites";

// Not part of a dashboard: their code comes when they are opened.
const Login = lazyPage(() => import("./pages/Login"), "Login");
const Register = lazyPage(() => import("./pages/Register"), "Register");
const NewSite = lazyPage(() => import("./pages/NewSite"), "NewSite");
const Settings = lazyPage(() => import("./pages/Settings"), "Settings");
const Setup = lazyPage(() => import("./pages/setup/Setup"), "Setup");
const AccountPage = lazyPage(() => import("./pages/account/AccountPage"), "AccountPage");
const MePage = lazyPage(() => import("./pages/me/MePage"), "MePage");
const AdminPage = lazyPage(() => import("./pages/admin/AdminPage"), "AdminPage");
const Invite = lazyPage(() => import("./pages/invite/Invite"), "Invite");
const Forgot = lazyPage(() => import("./pages/Forgot"), "Forgot");
const Reset = lazyPage(() => import("./pages/Reset"), "Reset");

/** Pages that open with links of mails, whoever is logged in. */
const LINKS = [urls.invite, urls.reset, urls.forgot];

watchAccount();
startAuth();

/** Decides by the session: the app, the pages before login, or that the server does not answer. */
export function App() {
  const { path } = useLocation();
  const state = auth.state.value;

  useEffect(() => {
    if (state === "signed_out") void loadInstance();
  }, [state]);

  if (state === "starting" || isMoving.value) return null;
  if (state === "unreachable") return <Trouble error={new ApiError(0)} onRetry={() => void auth.start()} />;
  if (LINKS.includes(path))
    return (
      <Router>
        <Route path={urls.invite} component={Invite} />
        <Route path={urls.reset} component={Reset} />
        <Route path={urls.forgot} component={Forgot} />
      </Router>
    );
  // Another account is another app: nothing that is shown of the one may stay.
  return state === "signed_in" ? <SignedIn key={auth.identity.value?.account.id} /> : <SignedOut />;
}

function SignedOut() {
  const { url, path, route } = useLocation();
  const isSetup = instance.value?.setup_required;
  const isAuthPage = path === urls.login() || path === urls.register;
  const target = isSetup
    ? urls.register
    : isAuthPage
      ? null
      : urls.login(url === urls.home ? undefined : url);

  const isKnown = instance.value !== null;
  useEffect(() => {
    if (isKnown && target !== null && path !== target) route(target, true);
  }, [isKnown, target, path, route]);

  if (instanceError.value) return <Trouble error={instanceError.value} onRetry={() => void loadInstance()} />;
  if (!isKnown) return null;
  return (
    <Router>
      <Route path={urls.register} component={Register} />
      <Route default component={Login} />
    </Router>
  );
}

function SignedIn() {
  const { path, query, route } = useLocation();
  const isAuthPage = path === urls.login() || path === urls.register;

  useEffect(() => {
    if (isAuthPage) route(urls.next(query.next), true);
  }, [isAuthPage, query.next, route]);
  useEffect(() => {
    if (sites.peek() === null) void loadSites();
    void loadMe();
  }, []);

  if (isAuthPage) return null;
  // Without its sites (a disabled account has none to show) there are still one's login and other accounts.
  const needsSites = path !== urls.me && path !== urls.account() && path !== urls.admin;
  if (sitesError.value && needsSites)
    return (
      <Layout header={<Header />}>
        {me.value?.notices.includes("account_disabled") ? (
          <Notices notices={[]} />
        ) : (
          <ErrorBox isPage error={sitesError.value} onRetry={() => void loadSites()} />
        )}
      </Layout>
    );
  return (
    <Router>
      <Route path={urls.home} component={Home} />
      <Route path={urls.sites} component={Home} />
      <Route path={urls.newSite} component={NewSite} />
      <Route path={`${urls.basePath}sites/:site`} component={DashboardPage} />
      <Route path={`${urls.basePath}sites/:site/setup`} component={Setup} />
      <Route path={`${urls.basePath}sites/:site/settings`} component={Settings} />
      <Route path={urls.account()} component={AccountPage} />
      <Route path={urls.me} component={MePage} />
      <Route path={urls.admin} component={AdminPage} />
      <Route default component={NotFound} />
    </Router>
  );
}

function Trouble({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  return (
    <main class="mx-auto flex min-h-dvh max-w-lg flex-col justify-center px-4">
      <ErrorBox isPage error={error} onRetry={onRetry} />
    </main>
  );
}
