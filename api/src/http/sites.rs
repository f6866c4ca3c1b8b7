//! Sites of the account.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::MaybeUndefined;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::Tag;
use super::dashboard::instant;
use super::edit::given;
use super::problem::Problem;
use super::security::Called;
use crate::app::App;
use crate::sites::{ChangeWish, SiteState, SiteWish};

/// Sites that a page of the listing holds unless asked otherwise.
const PAGE_DEFAULT: u64 = 100;

/// One tracked property.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct Site {
    /// Opaque id; the domain may be used in its place.
    id: String,
    /// Shown name.
    name: String,
    /// Lower case, without `www.`, unique on the instance.
    domain: String,
    /// IANA timezone that its days follow.
    timezone: String,
    /// Goes into the script tag; public by nature.
    tracking_token: String,
    /// Whether Do Not Track and Global Privacy Control are honoured.
    honour_dnt: bool,
    /// Hosts whose pages are counted, `*.example.com` for that one and all below it; empty: all.
    allowed_hostnames: Vec<String>,
    /// Pages that are not counted: `*` stands for anything within a segment, `**` for anything.
    excluded_paths: Vec<String>,
    /// Days that are kept after their end; left out: for ever.
    retention_days: Option<i64>,
    /// Whether everybody may see its numbers.
    public: bool,
    /// How many addresses are not counted.
    excluded_addresses: i64,
    /// When it was made, RFC 3339.
    created_at: String,
    /// When its first event happened, RFC 3339; left out before it.
    first_event_at: Option<String>,
    /// The script tag for its pages.
    snippet: String,
}

/// Sites, a page of them.
#[derive(Clone, Debug, Object)]
struct SiteList {
    /// Oldest first.
    sites: Vec<Site>,
    /// Where in the listing this is.
    meta: ListMeta,
}

/// Where in a listing a page is.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct ListMeta {
    /// Entries that the page may hold.
    limit: u64,
    /// Pass this as `after` for the next page; left out on the last.
    after: Option<String>,
}

/// A site to be made.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewSite {
    /// Shown name, at most 100 characters.
    name: String,
    /// Such as `example.com`; scheme, `www.` and a trailing slash are taken off.
    domain: String,
    /// IANA timezone; UTC if not given.
    timezone: Option<String>,
}

/// What to change of a site; what is not given stays.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct SiteChange {
    /// Shown name.
    name: Option<String>,
    /// Domain; the data stays.
    domain: Option<String>,
    /// IANA timezone, from the site's next midnight on.
    timezone: Option<String>,
    /// Whether Do Not Track and Global Privacy Control are honoured.
    honour_dnt: Option<bool>,
    /// Hosts whose pages are counted, at most 50: `example.com` is that one alone, `*.example.com` that one and all below it. Empty:
    /// all. Without the site's own domain, its pages are not counted either.
    allowed_hostnames: Option<Vec<String>>,
    /// Pages that are not counted, at most 50 of at most 200 characters: `*` stands for anything within a segment, `**` for anything.
    excluded_paths: Option<Vec<String>>,
    /// Days that are kept after their end, 1 to 36,500; null: for ever. Older ones are removed at once.
    retention_days: MaybeUndefined<i64>,
    /// Whether everybody may see its numbers.
    public: Option<bool>,
}

#[derive(ApiResponse)]
enum Created {
    /// The site.
    #[oai(status = 201)]
    Site(Json<Site>),
}

#[derive(ApiResponse)]
enum Deleted {
    /// It is gone; its events are being removed.
    #[oai(status = 204)]
    Done,
}

fn site(app: &App, state: SiteState) -> Site {
    let site = state.site;
    Site {
        snippet: format!(
            r#"<script defer src="{}" data-token="{}"></script>"#,
            app.base_url.join("js/haru.js"),
            site.token
        ),
        id: site.id,
        name: site.name,
        domain: site.domain,
        timezone: site.timezone,
        tracking_token: site.token,
        honour_dnt: site.honour_dnt,
        allowed_hostnames: site.allowed_hostnames,
        excluded_paths: site.excluded_paths,
        retention_days: site.retention_days,
        public: site.public,
        excluded_addresses: state.excluded_addresses,
        created_at: instant(site.created_at),
        first_event_at: state.first_event_at.map(instant),
    }
}

/// Routes of this module.
pub(crate) struct SitesApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Sites")]
impl SitesApi {
    /// Sites of the account that one may see.
    #[oai(path = "/sites", method = "get", operation_id = "listSites")]
    async fn list(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Sites of a page, 1 to 1,000.
        Query(limit): Query<Option<u64>>,
        /// `meta.after` of the page before.
        Query(after): Query<Option<String>>,
    ) -> Result<Json<SiteList>, Problem> {
        let limit = limit.unwrap_or(PAGE_DEFAULT);
        let (sites, more) = app.sites.list(caller.reads_sites()?, limit, after.as_deref()).await?;
        let sites: Vec<Site> = sites.into_iter().map(|state| site(app, state)).collect();
        let after = sites.last().filter(|_| more).map(|site| site.id.clone());
        Ok(Json(SiteList { sites, meta: ListMeta { limit, after } }))
    }

    /// Make a site.
    #[oai(path = "/sites", method = "post", operation_id = "createSite")]
    async fn create(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<NewSite>,
    ) -> Result<Created, Problem> {
        let wish = SiteWish { name: body.name, domain: body.domain, timezone: body.timezone };
        let made = app.sites.create(caller.makes_sites()?, wish).await?;
        Ok(Created::Site(Json(site(app, made))))
    }

    /// A site by id or domain.
    #[oai(path = "/sites/:site", method = "get", operation_id = "getSite")]
    async fn read(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
    ) -> Result<Json<Site>, Problem> {
        Ok(Json(site(app, app.sites.state(caller.reads_sites()?, &name).await?)))
    }

    /// Change a site.
    #[oai(path = "/sites/:site", method = "patch", operation_id = "updateSite")]
    async fn update(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
        Json(body): Json<SiteChange>,
    ) -> Result<Json<Site>, Problem> {
        let wish = ChangeWish {
            name: body.name,
            domain: body.domain,
            timezone: body.timezone,
            honour_dnt: body.honour_dnt,
            allowed_hostnames: body.allowed_hostnames,
            excluded_paths: body.excluded_paths,
            retention_days: given(body.retention_days),
            public: body.public,
        };
        Ok(Json(site(app, app.sites.update(caller.changes_sites()?, &name, wish).await?)))
    }

    /// Delete a site and everything of it.
    #[oai(path = "/sites/:site", method = "delete", operation_id = "deleteSite")]
    async fn delete(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
        /// The site's domain, to show that this one is meant.
        Query(domain): Query<Option<String>>,
    ) -> Result<Deleted, Problem> {
        app.sites.delete(caller.changes_sites()?, &name, &domain.unwrap_or_default()).await?;
        Ok(Deleted::Done)
    }

    /// Give a site a new tracking token; the old one is unknown at once.
    #[oai(path = "/sites/:site/token", method = "post", operation_id = "rotateToken")]
    async fn rotate_token(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
    ) -> Result<Json<Site>, Problem> {
        Ok(Json(site(app, app.sites.rotate_token(caller.changes_sites()?, &name).await?)))
    }
}
