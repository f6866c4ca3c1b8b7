// What this server is: whether it waits for its first user, whether it takes new ones.

import { computed, signal } from "@preact/signals";
import { getInstance } from "../api/client";
import { type ApiError, toApiError } from "../api/problem";
import type { Instance } from "../api/types";

export const instance = signal<Instance | null>(null);
export const instanceError = signal<ApiError | null>(null);

/** Whether links go out by mail; until the server says so, they do. */
export const sendsMail = computed(() => instance.value?.mail ?? true);

export async function loadInstance(): Promise<void> {
  instanceError.value = null;
  try {
    instance.value = await getInstance();
  } catch (error) {
    instanceError.value = toApiError(error);
  }
}

/** The first user is there now. */
export function setupIsDone(): void {
  if (instance.value) instance.value = { ...instance.value, setup_required: false };
}
