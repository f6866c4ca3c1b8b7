//! Share links: members make, change and revoke them.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::{MaybeUndefined, Password};
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::Tag;
use super::dashboard::instant;
use super::edit::given;
use super::problem::Problem;
use super::security::Called;
use crate::accounts::{ShareChangeWish, ShareWish};
use crate::app::App;
use crate::store;

/// An address at which the public sees a part of a site's numbers.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct ShareLink {
    /// Opaque id.
    id: String,
    /// What it is called, for those who see it too.
    name: String,
    /// The end of its address.
    slug: String,
    /// Its address.
    url: String,
    /// Whether it asks for a password.
    has_password: bool,
    /// When it ends, RFC 3339; left out when it does not.
    expires_at: Option<String>,
    /// True: it is as if there were none.
    paused: bool,
    /// The panels that it shows; left out when it shows all.
    panels: Option<Vec<String>>,
    /// First day that it shows, in the site's timezone.
    since: Option<String>,
    /// Last day that it shows, in the site's timezone.
    until: Option<String>,
    /// It shows that many days ending today.
    last_days: Option<u32>,
    /// Whether it shows properties.
    properties: bool,
    /// Origins whose pages may embed it, or `*`; none: it may not be embedded.
    embed_origins: Vec<String>,
    /// How often it was opened.
    views: i64,
    /// When it was opened last, RFC 3339; left out before it was.
    last_viewed_at: Option<String>,
    /// When it was made, RFC 3339.
    created_at: String,
}

/// Share links of a site.
#[derive(Clone, Debug, Object)]
struct ShareLinkList {
    /// Oldest first.
    share_links: Vec<ShareLink>,
}

/// A share link to be made.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewShareLink {
    /// What it is called, at most 100 characters; those who see it read this.
    name: String,
    /// The end of its address, 3 to 60 of `a-z0-9-`, unique on the instance; random if not given.
    slug: Option<String>,
    /// 8 to 128 characters; none is asked for if not given.
    password: Option<Password>,
    /// When it ends, RFC 3339; never if not given.
    expires_at: Option<String>,
    /// Of `pages`, `entry_pages`, `exit_pages`, `sources`, `referrers`, `channels`, `campaigns`, `countries`, `regions`, `cities`,
    /// `languages`, `browsers`, `os`, `devices`, `screens`, `events`; all if not given. Totals and the chart are always shown.
    panels: Option<Vec<String>>,
    /// First day that it shows, in the site's timezone.
    since: Option<String>,
    /// Last day that it shows, in the site's timezone.
    until: Option<String>,
    /// It shows that many days ending today.
    last_days: Option<u32>,
    /// Whether it shows properties; not if not given.
    properties: Option<bool>,
    /// Origins such as `https://www.example.com` whose pages may embed it, or `*`; none if not given.
    embed_origins: Option<Vec<String>>,
}

/// What to change of a share link; what is not given stays, null takes away.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct ShareLinkChange {
    /// What it is called.
    name: Option<String>,
    /// The end of its address.
    slug: Option<String>,
    /// Password; a change ends what was opened with the one before.
    password: MaybeUndefined<Password>,
    /// When it ends.
    expires_at: MaybeUndefined<String>,
    /// True: it is as if there were none, until it is set to false again.
    paused: Option<bool>,
    /// The panels that it shows; null: all.
    panels: MaybeUndefined<Vec<String>>,
    /// First day that it shows.
    since: MaybeUndefined<String>,
    /// Last day that it shows.
    until: MaybeUndefined<String>,
    /// It shows that many days ending today.
    last_days: MaybeUndefined<u32>,
    /// Whether it shows properties.
    properties: Option<bool>,
    /// Origins whose pages may embed it.
    embed_origins: Option<Vec<String>>,
}

#[derive(ApiResponse)]
enum Created {
    /// The link.
    #[oai(status = 201)]
    Link(Json<ShareLink>),
}

#[derive(ApiResponse)]
enum Revoked {
    /// It is gone, also for those who have it open.
    #[oai(status = 204)]
    Done,
}

/// Words that are stored parted by blanks.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn link(app: &App, link: store::ShareLink) -> ShareLink {
    ShareLink {
        url: app.base_url.join(&format!("share/{}", link.slug)),
        id: link.id,
        name: link.name,
        slug: link.slug,
        has_password: link.password_hash.is_some(),
        expires_at: link.expires_at.map(instant),
        paused: link.paused,
        panels: link.panels.as_deref().map(words),
        since: link.since,
        until: link.until,
        last_days: link.last_days.and_then(|days| u32::try_from(days).ok()),
        properties: link.properties,
        embed_origins: words(&link.embed_origins),
        views: link.views,
        last_viewed_at: link.last_viewed_at.map(instant),
        created_at: instant(link.created_at),
    }
}

/// Routes of this module.
pub(crate) struct ShareLinksApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::ShareLinks")]
impl ShareLinksApi {
    /// Share links of a site.
    #[oai(path = "/sites/:site/share-links", method = "get", operation_id = "listShareLinks")]
    async fn list(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(site): Path<String>,
    ) -> Result<Json<ShareLinkList>, Problem> {
        let links = app.accounts.shares.list(caller.shares_sites()?, &site).await?;
        Ok(Json(ShareLinkList { share_links: links.into_iter().map(|found| link(app, found)).collect() }))
    }

    /// Make a share link.
    #[oai(path = "/sites/:site/share-links", method = "post", operation_id = "createShareLink")]
    async fn create(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(site): Path<String>,
        Json(body): Json<NewShareLink>,
    ) -> Result<Created, Problem> {
        let wish = ShareWish {
            name: body.name,
            slug: body.slug,
            password: body.password.map(|password| password.0),
            expires_at: body.expires_at,
            panels: body.panels,
            since: body.since,
            until: body.until,
            last_days: body.last_days,
            properties: body.properties.unwrap_or_default(),
            embed_origins: body.embed_origins.unwrap_or_default(),
        };
        Ok(Created::Link(Json(link(app, app.accounts.shares.create(caller.shares_sites()?, &site, wish).await?))))
    }

    /// A share link.
    #[oai(path = "/sites/:site/share-links/:link", method = "get", operation_id = "getShareLink")]
    async fn read(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(site): Path<String>,
        /// Id of the link.
        #[oai(name = "link")]
        Path(id): Path<String>,
    ) -> Result<Json<ShareLink>, Problem> {
        Ok(Json(link(app, app.accounts.shares.read(caller.shares_sites()?, &site, &id).await?)))
    }

    /// Change, pause or resume a share link: here at once, on other nodes within 2 seconds.
    #[oai(path = "/sites/:site/share-links/:link", method = "patch", operation_id = "updateShareLink")]
    async fn update(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(site): Path<String>,
        /// Id of the link.
        #[oai(name = "link")]
        Path(id): Path<String>,
        Json(body): Json<ShareLinkChange>,
    ) -> Result<Json<ShareLink>, Problem> {
        let wish = ShareChangeWish {
            name: body.name,
            slug: body.slug,
            password: given(body.password).and_then(|password| Some(password.0)),
            expires_at: given(body.expires_at),
            paused: body.paused,
            panels: given(body.panels),
            since: given(body.since),
            until: given(body.until),
            last_days: given(body.last_days),
            properties: body.properties,
            embed_origins: body.embed_origins,
        };
        Ok(Json(link(app, app.accounts.shares.update(caller.shares_sites()?, &site, &id, wish).await?)))
    }

    /// Revoke a share link: here at once, on other nodes within 2 seconds, also for those who have it open.
    #[oai(path = "/sites/:site/share-links/:link", method = "delete", operation_id = "revokeShareLink")]
    async fn revoke(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(site): Path<String>,
        /// Id of the link.
        #[oai(name = "link")]
        Path(id): Path<String>,
    ) -> Result<Revoked, Problem> {
        app.accounts.shares.revoke(caller.shares_sites()?, &site, &id).await?;
        Ok(Revoked::Done)
    }
}
