// Who one is beyond the login itself: the accounts to choose from, the second factor, what should be mended.

import { computed, signal } from "@preact/signals";
import { getMe } from "../api/account";
import type { Me } from "../api/account-types";
import { auth } from "../api/session";
import type { Role } from "../api/types";

export const me = signal<Me | null>(null);

/** What one is in the account that is shown. */
export const role = computed<Role>(() => auth.identity.value?.account.role ?? "viewer");
/** Owners and admins make and change things, viewers look. */
export const canManage = computed(() => role.value !== "viewer");
export const isOwner = computed(() => role.value === "owner");

/** Asks; without an answer the pages do with what the login says. */
export async function loadMe(): Promise<void> {
  try {
    keepMe(await getMe());
  } catch {
    // The header goes without the other accounts; whatever else fails says so itself.
  }
}

/** Takes over what the server says of us now. */
export function keepMe(answer: Me): void {
  me.value = answer;
  auth.identity.value = { user: answer.user, account: answer.account };
}

export function forgetMe(): void {
  me.value = null;
}
