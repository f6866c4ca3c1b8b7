//! Who may call what: every route of the OpenAPI document and every root field of GraphQL, once.

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Anybody.
    Anybody,
    /// Who may read numbers: members, tokens with `stats:read`, guests of a share link.
    Readers,
    /// The same without guests.
    Watchers,
    /// Members, tokens with `sites:read`.
    SiteReaders,
    /// Owner and admins, tokens with `sites:write`.
    SiteWriters,
    /// Owner and admins, tokens with `events:write`.
    Senders,
    /// Whoever is logged in.
    Members,
    /// The owner, and who made it; others who are logged in don't find it.
    Maker,
    /// Owner and admins, logged in.
    Admins,
    /// The owner, logged in.
    Owner,
    /// The administrator of the instance, logged in.
    Operator,
}

/// A route, what it is tried with, and what it answers to who may.
pub(super) struct Row {
    pub(super) method: &'static str,
    /// As the OpenAPI document has it, its parameters filled with the account's ids.
    pub(super) path: &'static str,
    pub(super) who: Who,
    /// JSON with `{names}` of ids and `{n}`, a number that each request has for itself. Blank is no body.
    pub(super) body: &'static str,
    /// What who may is answered, chosen so that nothing is undone that later requests need: with 404 they are sent after
    /// something that does not exist.
    pub(super) allowed: u16,
}

const fn row(method: &'static str, path: &'static str, who: Who, body: &'static str, allowed: u16) -> Row {
    Row { method, path, who, body, allowed }
}

const QUERY: &str = r#"{"site_id": "{domain}", "metrics": ["visitors"], "date_range": "day"}"#;
const SEGMENT: &str = r#"{"name": "Another", "filters": []}"#;
const EVENTS: &str = r#"[{"name": "pageview", "url": "https://example.com/", "visitor": "somebody"}]"#;

/// All routes.
pub(super) const ROUTES: &[Row] = {
    use Who::{Admins, Anybody, Maker, Members, Operator, Owner, Readers, Senders, SiteReaders, SiteWriters, Watchers};
    &[
        row("post", "/v2/query", Readers, QUERY, 200),
        row("post", "/v1/sites/{site}/dashboard", Readers, r#"{"date_range": "day"}"#, 200),
        row("get", "/v1/sites/{site}/realtime", Readers, "", 200),
        row("get", "/v1/overview", Watchers, "", 200),
        row("post", "/v1/sites/{site}/events", Senders, EVENTS, 202),
        row("get", "/v1/sites", SiteReaders, "", 200),
        row("post", "/v1/sites", SiteWriters, r#"{"name": "Another", "domain": "made-{n}.example"}"#, 201),
        row("get", "/v1/sites/{site}", SiteReaders, "", 200),
        row("patch", "/v1/sites/{site}", SiteWriters, r#"{"name": "A site"}"#, 200),
        row("delete", "/v1/sites/{site}", SiteWriters, "", 404),
        row("post", "/v1/sites/{site}/token", SiteWriters, "", 200),
        row("post", "/v1/sites/{site}/reset", SiteWriters, r#"{"domain": "another.example"}"#, 422),
        row("get", "/v1/sites/{site}/excluded-addresses", SiteWriters, "", 200),
        row("post", "/v1/sites/{site}/excluded-addresses", SiteWriters, r#"{"address": "2001:db8:{n}::1"}"#, 201),
        row("delete", "/v1/sites/{site}/excluded-addresses/{address}", SiteWriters, "", 404),
        row("get", "/v1/sites/{site}/arrivals", SiteWriters, "", 200),
        row("get", "/v1/sites/{site}/segments", SiteReaders, "", 200),
        row("post", "/v1/sites/{site}/segments", SiteWriters, SEGMENT, 422),
        row("patch", "/v1/sites/{site}/segments/{segment}", SiteWriters, r#"{"name": "From Brazil"}"#, 200),
        row("delete", "/v1/sites/{site}/segments/{segment}", SiteWriters, "", 404),
        row("get", "/v1/sites/{site}/annotations", SiteReaders, "", 200),
        row("post", "/v1/sites/{site}/annotations", SiteWriters, r#"{"date": "2026-11-30", "text": "Note {n}"}"#, 201),
        row("patch", "/v1/sites/{site}/annotations/{annotation}", SiteWriters, r#"{"text": "Launch"}"#, 200),
        row("delete", "/v1/sites/{site}/annotations/{annotation}", SiteWriters, "", 404),
        row("get", "/v1/sites/{site}/share-links", SiteWriters, "", 200),
        row("post", "/v1/sites/{site}/share-links", SiteWriters, r#"{"name": "Another"}"#, 201),
        row("get", "/v1/sites/{site}/share-links/{link}", SiteWriters, "", 200),
        row("patch", "/v1/sites/{site}/share-links/{link}", SiteWriters, r#"{"name": "A link"}"#, 200),
        row("delete", "/v1/sites/{site}/share-links/{link}", SiteWriters, "", 404),
        row("get", "/v1/share/{slug}", Anybody, "", 200),
        row("post", "/v1/share/{slug}/session", Anybody, "{}", 200),
        row("get", "/v1/tokens", Members, "", 200),
        row("post", "/v1/tokens", Members, r#"{"name": "Another", "scopes": ["stats:read"]}"#, 201),
        row("get", "/v1/tokens/{token}", Maker, "", 200),
        row("delete", "/v1/tokens/{token}", Maker, "", 404),
        row("get", "/v1/instance", Anybody, "", 200),
        row("post", "/v1/auth/register", Anybody, r#"{"email": "", "password": "", "name": ""}"#, 422),
        row("post", "/v1/auth/login", Anybody, r#"{"email": "nobody@example.com", "password": "?"}"#, 401),
        row("post", "/v1/auth/refresh", Anybody, "", 401),
        row("post", "/v1/auth/logout", Anybody, "", 204),
        row("get", "/v1/me", Members, "", 200),
        row("patch", "/v1/me", Members, r#"{"name": "Ana"}"#, 200),
        row("post", "/v1/me/password", Members, r#"{"current": "not this", "password": "?"}"#, 422),
        row("get", "/v1/me/sessions", Members, "", 200),
        row("delete", "/v1/me/sessions", Members, "", 204),
        row("delete", "/v1/me/sessions/{session}", Members, "", 404),
        row("post", "/v1/me/second-factor", Members, r#"{"password": "not this"}"#, 422),
        row("post", "/v1/me/second-factor/confirm", Members, r#"{"code": "000000"}"#, 404),
        row("post", "/v1/me/second-factor/disable", Members, r#"{"password": "not this", "code": "000000"}"#, 404),
        row(
            "post",
            "/v1/me/second-factor/recovery-codes",
            Members,
            r#"{"password": "not this", "code": "000000"}"#,
            404,
        ),
        row("post", "/v1/auth/password/forgot", Anybody, r#"{"email": "nobody@example.com"}"#, 202),
        row("post", "/v1/auth/password/reset", Anybody, r#"{"token": "nonsense", "password": "?"}"#, 404),
        row("post", "/v1/auth/switch", Members, r#"{"account_id": "nonsense"}"#, 404),
        row("post", "/v1/auth/invitation", Anybody, r#"{"token": "nonsense"}"#, 404),
        row("post", "/v1/auth/invitation/accept", Members, r#"{"token": "nonsense"}"#, 404),
        row(
            "post",
            "/v1/auth/invitation/register",
            Anybody,
            r#"{"token": "nonsense", "email": "a@example.com", "password": "correct horse battery staple", "name": "A"}"#,
            404,
        ),
        row("get", "/v1/account", Members, "", 200),
        row("patch", "/v1/account", Admins, r#"{"name": "Ana"}"#, 200),
        row("post", "/v1/account/delete", Owner, r#"{"password": "not this"}"#, 422),
        row("post", "/v1/account/owner", Owner, r#"{"member_id": "nonsense", "password": "not this"}"#, 422),
        row("get", "/v1/account/members", Admins, "", 200),
        row("patch", "/v1/account/members/{member}", Admins, r#"{"role": "viewer"}"#, 200),
        row("delete", "/v1/account/members/{member}", Admins, "", 404),
        row("get", "/v1/account/invitations", Admins, "", 200),
        row("post", "/v1/account/invitations", Admins, r#"{"role": "viewer"}"#, 201),
        row("delete", "/v1/account/invitations/{invitation}", Admins, "", 404),
        row("get", "/v1/account/audit", Owner, "", 200),
        row("get", "/v1/admin/accounts", Operator, "", 200),
        row("patch", "/v1/admin/accounts/{account}", Operator, r#"{"sites_max": 1000}"#, 200),
        row("post", "/v1/admin/domains/release", Operator, r#"{"domain": "nobodys.example"}"#, 404),
        row("get", "/v1/admin/password-resets", Operator, "", 200),
        row("post", "/v1/admin/password-resets/{request}/link", Operator, "", 404),
    ]
};

/// Routes beside the OpenAPI document, as `http/mod.rs` mounts them; what is no secret for anybody who asks.
pub(super) const PLAIN_ROUTES: &[&str] = &[
    "/",
    "/ws",
    "/api/health",
    "/api/openapi.json",
    "/api",
    "/graphql",
    "/js/haru.js",
    "/healthz",
    "/readyz",
    "/metrics",
    "/*",
    "/api/collect",
    "/api/event",
    "/*",
];

/// A field of GraphQL that begins a question.
pub(super) struct Field {
    pub(super) root: &'static str,
    pub(super) name: &'static str,
    pub(super) who: Who,
    /// With its arguments, and what is asked of it.
    pub(super) text: &'static str,
}

const fn field(root: &'static str, name: &'static str, who: Who, text: &'static str) -> Field {
    Field { root, name, who, text }
}

/// All of them.
pub(super) const FIELDS: &[Field] = {
    use Who::{Readers, Watchers};
    const DASHBOARD: &str = r#"(siteId: "{site}", query: {date_range: "day"}) { online site { domain } }"#;
    &[
        field("Query", "dashboard", Readers, DASHBOARD),
        field("Query", "realtime", Readers, r#"(siteId: "{site}") { online }"#),
        field("Subscriptions", "liveVisitors", Readers, r#"(siteId: "{site}")"#),
        field("Subscriptions", "liveDashboard", Readers, DASHBOARD),
        field("Subscriptions", "liveEvents", Watchers, r#"(siteId: "{site}") { kind page }"#),
    ]
};
