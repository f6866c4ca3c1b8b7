//! What the public does with a share link: look what is there, and open it. No cookie is read or written.

use std::sync::Arc;

use poem::Request;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Password;
use poem_openapi::{Object, OpenApi};

use super::problem::Problem;
use super::{Tag, client};
use crate::accounts::{Door, ShareGrant};
use crate::app::App;

/// What is at the address of a share link.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct Share {
    /// True: a password opens it, and nothing else is told before.
    needs_password: bool,
    /// Which site, when no password is needed.
    site: Option<ShareSite>,
    /// Name of the link, when no password is needed.
    name: Option<String>,
}

/// The site of a share link.
#[derive(Clone, Debug, Object)]
struct ShareSite {
    /// Shown name.
    name: String,
    /// Domain.
    domain: String,
}

/// What opens a share link.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct ShareSessionBody {
    /// Password, when it asks for one.
    password: Option<Password>,
}

/// An opened share link: read only, for numbers of one site. Keep it in memory; it is no cookie.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct ShareSession {
    /// JWT for the `Authorization` header.
    access_token: String,
    /// `Bearer`.
    token_type: String,
    /// Seconds that it is good for, if the link is for as long.
    expires_in: u64,
    /// Which site.
    site: ShareSessionSite,
    /// Name of the link.
    name: String,
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
    /// Whether some page may embed it.
    embed: bool,
}

/// The site of a share session.
#[derive(Clone, Debug, Object)]
struct ShareSessionSite {
    /// Opaque id, for the addresses of its numbers.
    id: String,
    /// Domain.
    domain: String,
    /// Shown name.
    name: String,
    /// IANA timezone of its days.
    timezone: String,
}

impl From<Door> for Share {
    fn from(door: Door) -> Self {
        match door {
            Door::Locked => Self { needs_password: true, site: None, name: None },
            Door::Unlocked { name, site_name, site_domain } => Self {
                needs_password: false,
                site: Some(ShareSite { name: site_name, domain: site_domain }),
                name: Some(name),
            },
        }
    }
}

impl From<ShareGrant> for ShareSession {
    fn from(grant: ShareGrant) -> Self {
        let site = grant.site;
        Self {
            access_token: grant.access_token,
            token_type: "Bearer".to_owned(),
            expires_in: grant.expires_in.as_secs(),
            site: ShareSessionSite { id: site.id, domain: site.domain, name: site.name, timezone: site.timezone },
            name: grant.name,
            panels: grant.panels,
            since: grant.since,
            until: grant.until,
            last_days: grant.last_days,
            properties: grant.properties,
            embed: grant.embed,
        }
    }
}

/// Routes of this module.
pub(crate) struct ShareApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::ShareLinks")]
impl ShareApi {
    /// What is at the address of a share link. Unknown, expired, paused and revoked links are all the same 404.
    #[oai(path = "/share/:slug", method = "get", operation_id = "getShare")]
    async fn look(
        &self,
        request: &Request,
        Data(app): Data<&Arc<App>>,
        /// The end of the link's address, or the domain of a public site.
        #[oai(name = "slug")]
        Path(slug): Path<String>,
    ) -> Result<Json<Share>, Problem> {
        app.api_limit.check(("public", client::network(app, request)))?;
        Ok(Json(app.accounts.shares.door(&slug).await?.into()))
    }

    /// Open a share link; counts a view.
    #[oai(path = "/share/:slug/session", method = "post", operation_id = "openShare")]
    async fn open(
        &self,
        request: &Request,
        Data(app): Data<&Arc<App>>,
        /// The end of the link's address, or the domain of a public site.
        #[oai(name = "slug")]
        Path(slug): Path<String>,
        Json(body): Json<ShareSessionBody>,
    ) -> Result<Json<ShareSession>, Problem> {
        let network = client::network(app, request);
        app.api_limit.check(("public", network))?;
        // Passwords are tried, whether there is such a link or not; without one there is nothing to guess.
        if body.password.is_some() {
            app.auth_limit.check(("share", network))?;
            app.link_limit.check(&slug)?;
        }
        let grant = app.accounts.shares.open(&slug, body.password.map(|password| password.0)).await?;
        Ok(Json(grant.into()))
    }
}
