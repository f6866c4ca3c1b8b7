// All sites at a glance, asked for again every ten seconds while somebody looks. The order is that of the traffic when one
// came to look; from then on numbers change where they stand, so that nothing moves under a pointer.

import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { LiveWorld } from "../api/live";
import { type ApiError, toApiError } from "../api/problem";
import type { OverviewPage, OverviewSite } from "../api/types";

export interface Overview {
  sites: ReadonlySignal<readonly OverviewSite[] | null>;
  /** Whether the server has more. */
  hasMore: ReadonlySignal<boolean>;
  /** Why there is nothing to show. */
  error: ReadonlySignal<ApiError | null>;
  /** The numbers shown could not be renewed. */
  isStale: ReadonlySignal<boolean>;
  /** Keeps it current until the returned function is called. */
  open(): () => void;
  retry(): void;
  /** One more page; or, for a search, all that are left. */
  more(): Promise<void>;
  rest(): Promise<void>;
  forget(): void;
}

type Ask = (limit: number, after: string | null, signal: AbortSignal) => Promise<OverviewPage>;

export const PAGE = 48;
const LARGEST_PAGE = 500;
const RENEW_MS = 10_000;

export function createOverview(ask: Ask, world: Pick<LiveWorld, "isHidden" | "onVisibility">): Overview {
  const sites = signal<readonly OverviewSite[] | null>(null);
  const hasMore = signal(false);
  const error = signal<ApiError | null>(null);
  const isStale = signal(false);
  let next: string | null = null;
  let controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** The first `count` sites, by as many questions as that takes, and where the next page begins. */
  async function askFor(
    count: number,
    from: string | null,
  ): Promise<{ found: OverviewSite[]; after: string | null }> {
    const { signal } = controller;
    const found: OverviewSite[] = [];
    let after = from;
    do {
      const page = await ask(Math.min(LARGEST_PAGE, count - found.length), after, signal);
      if (signal.aborted) throw new DOMException("", "AbortError");
      found.push(...page.sites);
      after = page.next ?? null;
    } while (after !== null && found.length < count);
    return { found, after };
  }

  async function renew(order: "by traffic" | "as shown"): Promise<void> {
    clearTimeout(timer);
    const { signal } = controller;
    try {
      const asked = sites.peek()?.length ?? 0;
      const { found, after } = await askFor(Math.max(PAGE, asked), null);
      batch(() => {
        const shown = sites.peek() ?? [];
        // What was added meanwhile stays, and with it where the next page begins.
        const hasGrown = shown.length > asked;
        sites.value =
          order === "as shown" || hasGrown ? inOrderOf(shown, found, after === null && !hasGrown) : found;
        error.value = null;
        isStale.value = false;
        if (hasGrown) return;
        next = after;
        hasMore.value = after !== null;
      });
    } catch (reason) {
      if (signal.aborted) return;
      batch(() => {
        if (sites.peek() === null) error.value = toApiError(reason);
        else isStale.value = true;
      });
    }
    if (!world.isHidden()) timer = setTimeout(() => void renew("as shown"), RENEW_MS);
  }

  async function append(count: number): Promise<void> {
    if (next === null) return;
    const { signal } = controller;
    try {
      const { found, after } = await askFor(count, next);
      batch(() => {
        const known = new Set(sites.peek()?.map(({ id }) => id));
        sites.value = [...(sites.peek() ?? []), ...found.filter(({ id }) => !known.has(id))];
        next = after;
        hasMore.value = after !== null;
      });
    } catch {
      if (!signal.aborted) isStale.value = true;
    }
  }

  return {
    sites,
    hasMore,
    error,
    isStale,

    open() {
      controller = new AbortController();
      void renew("by traffic");
      const off = world.onVisibility(() => {
        clearTimeout(timer);
        // Whoever comes back looks anew.
        if (!world.isHidden()) void renew("by traffic");
      });
      return () => {
        off();
        clearTimeout(timer);
        controller.abort();
      };
    },
    retry() {
      error.value = null;
      void renew("by traffic");
    },
    more: () => append(PAGE),
    rest: () => append(Number.POSITIVE_INFINITY),
    forget() {
      batch(() => {
        sites.value = null;
        hasMore.value = false;
        error.value = null;
        isStale.value = false;
      });
      next = null;
    },
  };
}

/** New numbers in the places where the old ones stand. What is new comes last; what is gone goes when all was asked for. */
function inOrderOf(
  shown: readonly OverviewSite[],
  found: readonly OverviewSite[],
  isAll: boolean,
): OverviewSite[] {
  const fresh = new Map(found.map((site) => [site.id, site]));
  const kept = shown.flatMap((site) => fresh.get(site.id) ?? (isAll ? [] : site));
  const known = new Set(shown.map(({ id }) => id));
  return [...kept, ...found.filter(({ id }) => !known.has(id))];
}
