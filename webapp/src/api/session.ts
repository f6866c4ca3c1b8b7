// The auth of this browser: fetch, Web Locks, a channel to the other tabs, renewal before the tokens end.

import { urls } from "../lib/urls";
import { type AuthMessage, createAuth } from "./auth";

const channel = new BroadcastChannel(`haru-auth:${urls.basePath}`);

export const auth = createAuth({
  post: (action, body, token) =>
    fetch(`${urls.apiBase}/api/v1/auth/${action}`, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  send: (request) => fetch(request),
  // Without a secure context (plain http on a LAN) there are no Web Locks: the server's grace period covers that.
  lock: async (work) =>
    navigator.locks ? await navigator.locks.request("haru-refresh", work) : await work(),
  tell: (message) => channel.postMessage(message),
  now: () => Date.now(),
});

let timer: ReturnType<typeof setTimeout> | undefined;

/** Looks again a little later after a failure, else when the tokens want renewing. A hidden tab renews on its return. */
function scheduleRenewal(retry = false): void {
  clearTimeout(timer);
  const wait = auth.renewIn();
  if (wait === null || document.hidden) return;
  timer = setTimeout(renew, retry ? 15_000 : wait + 500);
}

function renew(): void {
  auth.renew().then(
    () => scheduleRenewal(),
    () => scheduleRenewal(true),
  );
}

/** Starts the session of this page. Call once. */
export function startAuth(): void {
  channel.onmessage = async (event: MessageEvent<AuthMessage>) => {
    if ((await auth.hear(event.data)) === "reload") location.reload();
  };
  auth.identity.subscribe(() => scheduleRenewal());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) renew();
  });
  void auth.start();
}
