//! What is shown at an address now, of links and of public sites alike, and what a session of it may see.

use haru_stats::query::{PanelName, Shown};

use super::share_token::Shares;
use super::view::{self, View};
use crate::error::{Error, Result};
use crate::store::{Role, Scope, Shared, Site};

/// What is at an address now.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) shares: Shares,
    pub(super) name: String,
    pub(super) password_hash: Option<String>,
    pub(super) expires_at: Option<i64>,
    pub(super) version: i64,
    pub(super) panels: Option<String>,
    pub(super) since: Option<String>,
    pub(super) until: Option<String>,
    pub(super) last_days: Option<u32>,
    pub(super) properties: bool,
    pub(super) embed_origins: String,
    pub(super) site: Site,
    pub(super) account_id: String,
}

/// A link as long as it is good.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) version: i64,
    pub(super) expires_at: Option<i64>,
    pub(super) site_id: String,
    pub(super) scope: Scope,
    pub(super) view: View,
}

impl Open {
    /// A link that shows something now.
    pub(super) fn of(shared: Shared, now: i64) -> Option<Self> {
        let Shared { link, site, account_id } = shared;
        if link.paused || link.expires_at.is_some_and(|end| end <= now) {
            return None;
        }
        Some(Self {
            shares: Shares::Link(link.id),
            name: link.name,
            password_hash: link.password_hash,
            expires_at: link.expires_at,
            version: link.version,
            panels: link.panels,
            since: link.since,
            until: link.until,
            // What is no number of days shows none.
            last_days: link.last_days.map(|days| u32::try_from(days).unwrap_or(0)),
            properties: link.properties,
            embed_origins: link.embed_origins,
            site,
            account_id,
        })
    }
}

impl Open {
    /// A site that is public: all panels but places finer than countries, no properties, and nobody embeds it.
    pub(super) fn of_public((site, account_id): (Site, String)) -> Self {
        // Whoever makes a site public is asked nothing more: what tells most about few people takes a link that says so.
        let shown = |panel: &PanelName| !matches!(panel, PanelName::Regions | PanelName::Cities);
        let panels: Vec<&str> = PanelName::ALL.into_iter().filter(shown).map(PanelName::name).collect();
        Self {
            shares: Shares::PublicSite(site.id.clone()),
            name: site.name.clone(),
            password_hash: None,
            expires_at: None,
            version: 0,
            panels: Some(panels.join(" ")),
            since: None,
            until: None,
            last_days: None,
            properties: false,
            embed_origins: String::new(),
            site,
            account_id,
        }
    }
}

impl TryFrom<Open> for Live {
    type Error = Error;

    /// A day that can't be read is no reason to show all days.
    fn try_from(open: Open) -> Result<Self> {
        let date = |text: Option<String>| text.map(|text| text.parse()).transpose().map_err(Error::internal);
        let shown = Shown {
            panels: view::panels(open.panels.as_deref()),
            properties: open.properties,
            since: date(open.since)?,
            until: date(open.until)?,
            last_days: open.last_days,
        };
        Ok(Self {
            version: open.version,
            expires_at: open.expires_at,
            view: View::of(shown),
            scope: Scope {
                account_id: open.account_id,
                user_id: String::new(),
                role: Role::Viewer,
                limited: false,
                limited_token: None,
                only_site: Some(open.site.key),
                client: format!("share link {}", open.name),
            },
            site_id: open.site.id,
        })
    }
}
