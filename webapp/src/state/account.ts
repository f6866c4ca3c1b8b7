// From one account to another: nothing of the one may be left when the other is shown.

import { signal } from "@preact/signals";
import { auth } from "../api/session";
import { forgetAnnotations } from "./annotations";
import { forgetMe } from "./me";
import { forgetMember } from "./member";
import { forgetSites } from "./sites";

/** Between two accounts: the pages of neither are shown. */
export const isMoving = signal(false);

/** Puts away what is known of an account as soon as it is no longer the one of the login. Call once. */
export function watchAccount(): void {
  let shown: string | undefined;
  auth.identity.subscribe((identity) => {
    const id = identity?.account.id;
    if (shown !== undefined && id !== shown) {
      forgetSites();
      forgetMember();
      forgetAnnotations();
      forgetMe();
    }
    shown = id;
  });
}

/** Moves this login into another account of the user; `onMoved` goes to where the other one starts. */
export async function switchAccount(id: string, onMoved: () => void): Promise<void> {
  isMoving.value = true;
  try {
    await auth.switchTo(id);
    onMoved();
  } finally {
    isMoving.value = false;
  }
}

/** The account ended for this user, and the login with it: out, to log in again to another account if there is one. */
export async function leaveAccount(onMoved: () => void): Promise<void> {
  isMoving.value = true;
  try {
    await auth.recheck();
    onMoved();
  } finally {
    isMoving.value = false;
  }
}
