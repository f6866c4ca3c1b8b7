// Domains as people type and paste them, and as they read them.

import { decodePunycode } from "./punycode";

const SCHEME = /^(?:https?:)?\/\//;
const WWW = /^www\.(?=[^.]+\..)/;

/**
 * What a field shows while it is typed into: lower case, without spaces, scheme and `www.` as soon as they are there. A path
 * stays until the field is left: whoever types one would otherwise type it on behind the domain.
 */
export function tidyDomain(typed: string): string {
  const bare = unwrapped(typed);
  // A scheme on its way must be let through until it is one.
  return /^https?:\/?$/.test(bare) ? bare : bare.replace(SCHEME, "").replace(WWW, "");
}

/** "https://www.Example.com/blog?x=1" → "example.com", in the ASCII form. Text that is no address stays, tidied. */
export function cleanDomain(text: string): string {
  const bare = unwrapped(text).replace(SCHEME, "").replace(/^\/+/, "");
  if (bare === "") return "";
  try {
    const { hostname } = new URL(`http://${bare}`);
    return hostname.replace(/\.+$/, "").replace(WWW, "");
  } catch {
    return bare;
  }
}

/** Lower case, without spaces (invisible ones, too) and the signs that come along when an address is copied. */
function unwrapped(text: string): string {
  return text
    .replace(/[\s\u200b-\u200d\u2060\ufeff]/g, "")
    .toLowerCase()
    .replace(/^[<("'`]+|[>)"'`,;]+$/g, "");
}

/** Whether it can be a site: labels with dots, or `localhost`, or an IPv4 address for trying out. */
export function isDomain(text: string): boolean {
  return domainProblem(text) === null;
}

/** What keeps a cleaned text from being a domain. */
export function domainProblem(text: string): "empty" | "signs" | "dot" | "form" | null {
  if (text === "") return "empty";
  if (text === "localhost") return null;
  if (!/^[a-z0-9.-]+$/.test(text)) return "signs";
  if (!text.includes(".")) return "dot";
  return text.length <= 253 &&
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z0-9-]{2,63}|\d{1,3})$/.test(text)
    ? null
    : "form";
}

/** Whether our script is silent there unless it is told otherwise (`tracker/src/haru.ts`). */
export function isLocalHost(domain: string): boolean {
  return /^127\.|^$|localhost$/.test(domain.replace(/:\d+$/, ""));
}

/** "xn--bcher-kva.example" → "bücher.example". What does not lead back to the same domain stays in ASCII. */
export function readableDomain(domain: string): string {
  if (!domain.includes("xn--")) return domain;
  const readable = domain
    .split(".")
    .map((label) => (label.startsWith("xn--") ? (decodePunycode(label.slice(4)) ?? label) : label))
    .join(".");
  try {
    return new URL(`http://${readable}`).hostname === domain ? readable : domain;
  } catch {
    return domain;
  }
}

/** Whether a public site is found at its domain: one without a dot could be the slug of somebody's link. */
export const hasPublicAddress = (domain: string): boolean => /[.:]/.test(domain);
