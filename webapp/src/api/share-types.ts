// Share links, shared dashboards and the changes of sites, as the generated schema has them.

import type { components } from "./schema";

type Schemas = components["schemas"];

export type ShareLink = Schemas["ShareLink"];
export type NewShareLink = Schemas["NewShareLink"];
export type ShareLinkChange = Schemas["ShareLinkChange"];
/** What stands before a shared dashboard. Site and name are told only where no password is needed. */
export type ShareDoor = Schemas["Share"];
/** A reader's session of one link and site. */
export type ShareSession = Schemas["ShareSession"];

export type SiteChange = Schemas["SiteChange"];
export type ExcludedAddress = Schemas["ExcludedAddress"];
export type NewExcludedAddress = Schemas["NewExcludedAddress"];
