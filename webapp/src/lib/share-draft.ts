// A share link as its form holds it: texts and ticks; and what of it is said to the server.

import type { LinkChange } from "../api/share";
import type { NewShareLink, ShareLink } from "../api/share-types";
import { SHARE_PANELS, type SharePanel } from "./limits";
import { endOfDay, fieldDay } from "./moments";
import { encodeFrame, type Frame } from "./view";

export interface ShareDraft {
  name: string;
  slug: string;
  hasPassword: boolean;
  /** Empty: as it is. */
  password: string;
  /** `YYYY-MM-DD`, or empty. */
  expires: string;
  panels: readonly SharePanel[];
  since: string;
  until: string;
  lastDays: string;
  properties: boolean;
  embeds: boolean;
  /** One a line. */
  origins: string;
}

export type DraftField =
  | "name"
  | "slug"
  | "password"
  | "expires_at"
  | "panels"
  | "since"
  | "until"
  | "last_days"
  | "embed_origins";
export const DRAFT_FIELDS: readonly DraftField[] = [
  "name",
  "slug",
  "password",
  "expires_at",
  "panels",
  "since",
  "until",
  "last_days",
  "embed_origins",
];

export function draftOf(link: ShareLink | null): ShareDraft {
  return {
    name: link?.name ?? "",
    slug: link?.slug ?? "",
    hasPassword: link?.has_password ?? false,
    password: "",
    expires: link?.expires_at ? fieldDay(link.expires_at) : "",
    panels: link?.panels ? SHARE_PANELS.filter((panel) => link.panels?.includes(panel)) : SHARE_PANELS,
    since: link?.since ?? "",
    until: link?.until ?? "",
    lastDays: link?.last_days ? String(link.last_days) : "",
    properties: link?.properties ?? false,
    embeds: (link?.embed_origins.length ?? 0) > 0,
    origins: link?.embed_origins.join("\n") ?? "",
  };
}

const PASSWORD_MIN = 8;

/** What is wrong with a draft, by field: a word that the form has a text for. */
export function draftProblems(
  draft: ShareDraft,
  link: ShareLink | null,
): Partial<Record<DraftField, "required" | "slug" | "short" | "order" | "days">> {
  return {
    ...(draft.name.trim() ? {} : { name: "required" }),
    ...(draft.slug && !/^[a-z0-9-]{3,60}$/.test(draft.slug) ? { slug: "slug" } : {}),
    ...(draft.hasPassword && !draft.password && !link?.has_password ? { password: "required" } : {}),
    ...(draft.password && draft.password.length < PASSWORD_MIN ? { password: "short" } : {}),
    ...(draft.since && draft.until && draft.until < draft.since ? { until: "order" } : {}),
    ...(draft.lastDays.trim() && !/^[1-9]\d{0,4}$/.test(draft.lastDays.trim()) ? { last_days: "days" } : {}),
    ...(draft.embeds && originsOf(draft).length === 0 ? { embed_origins: "required" } : {}),
  } as const;
}

/** The body that makes a link. */
export function creationOf(draft: ShareDraft): NewShareLink {
  return {
    name: draft.name.trim(),
    ...(draft.slug ? { slug: draft.slug } : {}),
    ...(draft.hasPassword ? { password: draft.password } : {}),
    ...(draft.expires ? { expires_at: endOfDay(draft.expires) } : {}),
    ...(showsAll(draft) ? {} : { panels: [...draft.panels] }),
    ...(draft.since ? { since: draft.since } : {}),
    ...(draft.until ? { until: draft.until } : {}),
    ...(draft.lastDays.trim() ? { last_days: Number(draft.lastDays) } : {}),
    properties: draft.properties,
    embed_origins: originsOf(draft),
  };
}

/** The body that changes a link: what is different from it, nothing else. */
export function changeOf(draft: ShareDraft, link: ShareLink): LinkChange {
  const before = draftOf(link);
  const differs = (...keys: (keyof ShareDraft)[]) =>
    keys.some((key) => JSON.stringify(draft[key]) !== JSON.stringify(before[key]));
  return {
    ...(differs("name") ? { name: draft.name.trim() } : {}),
    ...(differs("slug") && draft.slug ? { slug: draft.slug } : {}),
    ...(draft.hasPassword
      ? draft.password
        ? { password: draft.password }
        : {}
      : before.hasPassword
        ? { password: null }
        : {}),
    ...(differs("expires") ? { expires_at: draft.expires ? endOfDay(draft.expires) : null } : {}),
    ...(differs("panels") ? { panels: showsAll(draft) ? null : [...draft.panels] } : {}),
    ...(differs("since") ? { since: draft.since || null } : {}),
    ...(differs("until") ? { until: draft.until || null } : {}),
    ...(differs("lastDays") ? { last_days: draft.lastDays.trim() ? Number(draft.lastDays) : null } : {}),
    ...(differs("properties") ? { properties: draft.properties } : {}),
    ...(differs("embeds", "origins") ? { embed_origins: originsOf(draft) } : {}),
  };
}

const showsAll = (draft: ShareDraft) => draft.panels.length === SHARE_PANELS.length;

function originsOf(draft: ShareDraft): string[] {
  if (!draft.embeds) return [];
  return draft.origins
    .split(/[\s,]+/)
    .map((origin) => origin.replace(/\/+$/, ""))
    .filter((origin) => origin !== "");
}

export type LinkState = "active" | "paused" | "expired";

export function linkState(link: Pick<ShareLink, "paused" | "expires_at">, now = Date.now()): LinkState {
  if (link.expires_at && Date.parse(link.expires_at) <= now) return "expired";
  return link.paused ? "paused" : "active";
}

/** The lines that put a shared dashboard into another page. */
export function embedSnippet(link: Pick<ShareLink, "url" | "name">, frame: Omit<Frame, "embed">): string {
  const address = `${link.url}?${encodeFrame({ ...frame, embed: true })}`;
  return `<iframe src="${escapeHtml(address)}" title="${escapeHtml(link.name)}" width="100%" height="1600" loading="lazy" style="border: 0"></iframe>`;
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => names[sign] ?? sign);
}
