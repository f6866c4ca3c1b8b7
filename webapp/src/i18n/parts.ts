// Which texts only those need who log in: they come with their pages, so that a shared dashboard is there sooner. Whatever
// is not named here is for everybody. The build reads this, see `scripts/text-parts.ts`.

const MEMBER_TEXTS = [
  "nav",
  "site",
  "setup",
  "settings",
  "empty",
  "role",
  "choice",
  "strength",
  "auth.login",
  "auth.register",
  "auth.code",
  "auth.forgot",
  "auth.reset",
  "invite",
  "account",
  "members",
  "invitations",
  "tokens",
  "scope",
  "audit",
  "me",
  "logins",
  "factor",
  "admin",
  "links",
  "sites",
  "segment",
  "first",
  "install",
  "check",
  "server",
] as const;

export const PARTS = ["shared", "member"] as const;
export type Part = (typeof PARTS)[number];

export function partOf(key: string): Part {
  return MEMBER_TEXTS.some((topic) => key.startsWith(`${topic}.`)) ? "member" : "shared";
}
