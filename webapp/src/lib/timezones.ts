// The timezones this browser knows, and the one it is in.

export function ownTimezone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** All known zones with `also` among them: a site may have one this browser does not list. */
export function timezones(also: readonly string[]): string[] {
  return [...new Set([...Intl.supportedValuesOf("timeZone"), "UTC", ...also])].sort();
}
