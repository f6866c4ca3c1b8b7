//! Translates HTTP to domain operations and back, and decides nothing. The whole surface is on this page.

mod account;
mod admin;
mod annotations;
mod arrivals;
mod assets;
mod auth;
mod base_path;
mod batch;
mod body_limit;
mod client;
mod collect;
mod cors;
mod dashboard;
mod dto;
mod edit;
mod graphql;
mod health;
mod invitations;
pub(crate) mod limits;
mod logins;
mod members;
mod metrics;
mod overview;
mod passwords;
mod problem;
mod query;
mod rate_limit_headers;
mod request_id;
mod security;
mod segments;
mod served;
mod share;
mod share_links;
mod site_settings;
mod sites;
mod tokens;

use std::sync::Arc;

use poem::endpoint::BoxEndpoint;
use poem::middleware::{CatchPanic, CookieJarManager, SetHeader};
use poem::{EndpointExt, Response, Route, get, post};
use poem_openapi::{OpenApiService, Tags};

use self::base_path::BasePath;
use self::body_limit::BodyLimit;
use self::cors::NamedOrigins;
use self::rate_limit_headers::RateLimitHeaders;
use self::request_id::RequestId;
pub(crate) use self::served::Served;
use crate::app::App;

/// Largest body of the API, that of a batch of events included.
const BODY_MAX: usize = 4 * 1024 * 1024;

/// Chapters of the reference, in reading order.
#[derive(Tags)]
enum Tag {
    /// Numbers, live and past.
    Stats,
    /// Events from servers.
    Events,
    /// Tracked properties.
    Sites,
    /// What the public sees.
    ShareLinks,
    /// Keys for programs.
    Tokens,
    /// Registration and login.
    Accounts,
    /// The account that one works in, its members and invitations into it.
    Members,
    /// What administrators of the instance do.
    Instance,
}

/// In the chapters of [`Tag`].
type Api = (
    (query::QueryApi, dashboard::DashboardApi, overview::OverviewApi),
    batch::BatchApi,
    (
        sites::SitesApi,
        site_settings::SiteSettingsApi,
        segments::SegmentsApi,
        annotations::AnnotationsApi,
        arrivals::ArrivalsApi,
    ),
    (share_links::ShareLinksApi, share::ShareApi),
    tokens::TokensApi,
    (auth::AuthApi, logins::LoginsApi, passwords::PasswordsApi),
    (account::AccountApi, members::MembersApi, invitations::InvitationsApi),
    admin::AdminApi,
);

fn api(base_url: &str) -> OpenApiService<Api, ()> {
    let parts: Api = (
        (query::QueryApi, dashboard::DashboardApi, overview::OverviewApi),
        batch::BatchApi,
        (
            sites::SitesApi,
            site_settings::SiteSettingsApi,
            segments::SegmentsApi,
            annotations::AnnotationsApi,
            arrivals::ArrivalsApi,
        ),
        (share_links::ShareLinksApi, share::ShareApi),
        tokens::TokensApi,
        (auth::AuthApi, logins::LoginsApi, passwords::PasswordsApi),
        (account::AccountApi, members::MembersApi, invitations::InvitationsApi),
        admin::AdminApi,
    );
    OpenApiService::new(parts, "Haru", env!("CARGO_PKG_VERSION"))
        .description("Privacy-first web analytics: events in, exact numbers out.")
        .server(format!("{base_url}api"))
}

/// The OpenAPI document, the same on every machine.
pub(crate) fn openapi_json() -> String {
    let mut text = api("/").spec();
    text.push('\n');
    text
}

/// The GraphQL schema.
pub(crate) fn graphql_sdl() -> String {
    graphql::sdl()
}

/// All routes.
pub(crate) fn routes(app: &Arc<App>) -> BoxEndpoint<'static, Response> {
    let service = api(app.base_url.path());
    let spec = service.spec_endpoint();
    let named = || NamedOrigins(app.cors_origins.clone());
    let graphql = Route::new()
        .at("/", post(graphql::execute).with(BodyLimit(graphql::MESSAGE_MAX)))
        .at("/ws", get(graphql::subscribe))
        .with(named());

    let rest = Route::new()
        .at("/api/health", get(health::alive))
        .at("/api/openapi.json", get(spec).with(named()))
        .nest("/api", service.with(BodyLimit(BODY_MAX)).with(CookieJarManager::new()).with(named()))
        .nest("/graphql", graphql)
        .at("/js/haru.js", get(assets::tracker))
        .at("/healthz", get(health::alive))
        .at("/readyz", get(health::ready))
        .at("/metrics", get(metrics::metrics))
        .at("/*", get(assets::webapp))
        .catch_all_error(problem::from_poem)
        .with(CatchPanic::new().with_handler(problem::of_panic))
        .with(SetHeader::new().overriding("x-content-type-options", "nosniff"))
        .data(app.clone())
        .data(graphql::schema(app.clone()))
        .with(RateLimitHeaders)
        .with(RequestId)
        .with(app.served.clone());

    Route::new()
        .at("/api/collect", collect::collect(app))
        .at("/api/event", collect::event(app))
        .at("/*", rest)
        .with_if(app.base_url.path() != "/", BasePath::new(app.base_url.path()))
        .map_to_response()
        .boxed()
}
