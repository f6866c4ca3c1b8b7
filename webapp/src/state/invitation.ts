// The token of an invitation, from the address into the memory of this tab: it outlives logging in and registering, and
// is gone from the address bar and the history.

const KEY = "haru_invitation";

/** What a page needs of a browser to keep it. */
export interface InvitationWorld {
  hash(): string;
  /** Takes the fragment off the address. */
  clearHash(): void;
  read(key: string): string | null;
  write(key: string, value: string | null): void;
}

/** The token of the fragment, else the one kept. */
export function takeToken(world: InvitationWorld): string | null {
  const token = world.hash().replace(/^#/, "");
  if (token === "") return world.read(KEY);
  world.write(KEY, token);
  world.clearHash();
  return token;
}

/** After it was used, or turned out to be no good. */
export function dropToken(world: InvitationWorld): void {
  world.write(KEY, null);
}

export const browserInvitation: InvitationWorld = {
  hash: () => location.hash,
  // Where storage is blocked the fragment stays: it is then the only memory.
  clearHash: () => {
    if (browserInvitation.read(KEY) !== null)
      history.replaceState(null, "", location.pathname + location.search);
  },
  read: (key) => {
    try {
      return sessionStorage.getItem(key);
    } catch {
      return null;
    }
  },
  write: (key, value) => {
    try {
      if (value === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, value);
    } catch {
      // Storage is blocked: the address keeps it.
    }
  },
};
