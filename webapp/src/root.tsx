// The two halves of the app: shared dashboards, for everybody, and what is behind a login, whose code comes apart so that
// a shared dashboard does not carry it.

import { ErrorBoundary, LocationProvider, useLocation } from "preact-iso";
import { loadApp } from "./boot";
import { lazyPage } from "./components/lazy-page";
import { urls } from "./lib/urls";
import { SharePage } from "./pages/SharePage";
import { flashText } from "./state/flash";

const App = lazyPage(loadApp, "App");

export function Root() {
  return (
    <LocationProvider scope={urls.basePath}>
      <ErrorBoundary>
        <Page />
      </ErrorBoundary>
      <Flash />
    </LocationProvider>
  );
}

/** Shared dashboards are for everybody: whether somebody is logged in is not asked there. */
function Page() {
  const slug = urls.sharedSlug(useLocation().path);
  return slug === null ? <App /> : <SharePage key={slug} slug={slug} />;
}

function Flash() {
  return (
    <div role="alert" class="pointer-events-none fixed inset-x-0 bottom-4 z-50 flex justify-center px-4">
      {flashText.value && <p class="card-box px-4 py-2.5 shadow-lg">{flashText.value}</p>}
    </div>
  );
}
