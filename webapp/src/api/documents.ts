// The GraphQL documents of the app; a test holds them against the exported schema.

const NUMBERS = "visitors visits pageviews views_per_visit bounce_rate visit_duration events";
const PANELS =
  "pages entry_pages exit_pages channels sources referrers utm_sources utm_mediums utm_campaigns utm_contents " +
  "utm_terms countries regions cities languages browsers os screens devices events";

const each = (fields: string, selection: string) =>
  fields
    .split(" ")
    .map((field) => `${field} ${selection}`)
    .join(" ");

export const LIVE_DASHBOARD = `subscription LiveDashboard($siteId: ID!, $query: DashboardQuery!) {
  liveDashboard(siteId: $siteId, query: $query) {
    site { id domain name timezone }
    range { from to timezone }
    comparison_range { from to timezone }
    as_of
    online
    totals { ${each(NUMBERS, "{ value previous change }")} }
    time_series {
      interval labels partial_last now_index
      current { ${NUMBERS} }
      previous { labels values { ${NUMBERS} } }
    }
    panels { ${each(PANELS, "{ dimension rows { value name visitors share } }")} }
    drops { reason count }
    notices
  }
}`;

export const LIVE_VISITORS = "subscription LiveVisitors($siteId: ID!) { liveVisitors(siteId: $siteId) }";

export const LIVE_EVENTS = `subscription LiveEvents($siteId: ID!) {
  liveEvents(siteId: $siteId) { at kind name page source country browser }
}`;
