//! Share links as the public uses them: what is at an address, sessions, and whether one still holds.
//!
//! A link that is paused, has ended, or never was is the same to who asks: the same words after the same work.

use std::sync::Arc;
use std::time::Duration;

use super::password::Passwords;
use super::share_open::{Live, Open};
use super::share_token::{self, ShareProof, ShareTokens, Shares};
use super::share_words::is_slug;
use super::view::View;
use crate::error::{Error, Result};
use crate::ids::{millis, now_ms};
use crate::known::Known;
use crate::secret::Secret;
use crate::store::{Scope, ShareLink, Site, Store};

/// Bytes of a domain, most.
const DOMAIN_MAX: usize = 253;

/// The same for a link that never was, is paused, was revoked or has ended.
const NOT_THERE: Error = Error::NotFound("share link");
/// The same for all reasons for which a session has ended.
const OVER: Error = Error::Unauthenticated("the share session has ended");

/// What an address leads to, for who has not opened it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// A password opens it; nothing else is told.
    Locked,
    /// Anybody may open it.
    Unlocked {
        /// Name of the link.
        name: String,
        /// Name of the site.
        site_name: String,
        /// Domain of the site.
        site_domain: String,
    },
}

/// A share session that was just opened.
#[derive(Clone, Debug)]
pub(crate) struct ShareGrant {
    /// JWT for the `Authorization` header.
    pub(crate) access_token: String,
    /// How long it is good.
    pub(crate) expires_in: Duration,
    /// What it is about.
    pub(crate) site: Site,
    /// Name of the link.
    pub(crate) name: String,
    /// Words of the panels; none: all.
    pub(crate) panels: Option<Vec<String>>,
    /// First day.
    pub(crate) since: Option<String>,
    /// Last day.
    pub(crate) until: Option<String>,
    /// Days ending today.
    pub(crate) last_days: Option<u32>,
    /// Whether properties are shown.
    pub(crate) properties: bool,
    /// Whether some page may embed it.
    pub(crate) embed: bool,
}

/// A share session that was proved, with its link as it is now.
#[derive(Clone, Debug)]
pub(crate) struct ShareState {
    proof: ShareProof,
    live: Arc<Live>,
}

impl ShareState {
    /// What may be looked up: the one site.
    pub(super) fn scope(&self) -> &Scope {
        &self.live.scope
    }

    /// What may be asked of it.
    pub(super) fn view(&self) -> View {
        self.live.view
    }

    /// Id of the session.
    pub(super) fn session_id(&self) -> &str {
        &self.proof.session_id
    }

    /// What to look up again later.
    pub(super) fn proof(&self) -> &ShareProof {
        &self.proof
    }
}

/// Share links of this instance, and what was opened with them.
#[derive(Debug)]
pub(crate) struct ShareSessions {
    pub(super) store: Store,
    pub(super) passwords: Passwords,
    tokens: ShareTokens,
    known: Known<Shares, Arc<Live>>,
    /// Origins that may embed what is at an address.
    embeds: Known<String, Arc<str>>,
}

impl ShareSessions {
    pub(super) fn new(store: Store, passwords: Passwords, secret: &Secret) -> Self {
        Self { store, passwords, tokens: ShareTokens::new(secret), known: Known::new(), embeds: Known::new() }
    }

    /// What is at an address.
    ///
    /// # Errors
    /// `NotFound`, the same for all that is not shown.
    pub(crate) async fn door(&self, slug: &str) -> Result<Door> {
        let open = self.find(slug).await?.ok_or(NOT_THERE)?;
        if open.password_hash.is_some() {
            return Ok(Door::Locked);
        }
        Ok(Door::Unlocked { name: open.name, site_name: open.site.name, site_domain: open.site.domain })
    }

    /// Opens what is at an address, and counts that.
    ///
    /// # Errors
    /// `NotFound` as above, whatever password is sent and after the same time; `SharePassword` when it is wrong or missing.
    pub(crate) async fn open(&self, slug: &str, password: Option<String>) -> Result<ShareGrant> {
        let found = self.find(slug).await?;
        let hash = found.as_ref().and_then(|open| open.password_hash.clone());
        let fits = match password {
            Some(password) => self.passwords.verify(password, hash).await?,
            None => false,
        };
        let open = found.ok_or(NOT_THERE)?;
        if open.password_hash.is_some() && !fits {
            return Err(Error::SharePassword);
        }
        let now = now_ms();
        let longest = now + millis(share_token::LIFETIME);
        let ends_at = open.expires_at.map_or(longest, |end| end.min(longest));
        let access_token = self.tokens.issue(&open.shares, &open.site.id, open.version, now, ends_at)?;
        if let Shares::Link(id) = &open.shares
            && !self.store.note_share_view(id, now).await?
        {
            return Err(NOT_THERE);
        }
        Ok(ShareGrant {
            access_token,
            expires_in: Duration::from_millis(u64::try_from(ends_at - now).unwrap_or_default()),
            site: open.site,
            name: open.name,
            panels: open.panels.map(|words| words.split_whitespace().map(str::to_owned).collect()),
            since: open.since,
            until: open.until,
            last_days: open.last_days,
            properties: open.properties,
            embed: !open.embed_origins.is_empty(),
        })
    }

    /// The origins that may embed what is at an address, parted by blanks; blank for what may not be embedded, none for what is
    /// not there.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn embed_origins(&self, slug: &str) -> Result<Option<Arc<str>>> {
        if !may_lead_somewhere(slug) {
            return Ok(None);
        }
        let ask = async { Ok(self.find(slug).await?.map(|open| open.embed_origins.into())) };
        self.embeds.get_or(&slug.to_owned(), ask).await
    }

    /// Who a token speaks for; none for what is no good token of a share session.
    ///
    /// # Errors
    /// `Unauthenticated` when its link is no longer good.
    pub(super) async fn authenticate(&self, token: &str) -> Result<Option<ShareState>> {
        match self.tokens.read(token) {
            Some(proof) => self.again(&proof).await.map(Some),
            None => Ok(None),
        }
    }

    /// The session as it is now, at most [`crate::known::TTL`] old.
    ///
    /// # Errors
    /// `Unauthenticated` when it is no longer good.
    pub(super) async fn again(&self, proof: &ShareProof) -> Result<ShareState> {
        let live = self.known.get_or(&proof.shares, self.look_up(&proof.shares)).await?;
        let now = now_ms();
        let holds = |live: &Arc<Live>| {
            live.version == proof.version
                && live.site_id == proof.site_id
                && now < proof.ends_at
                && live.expires_at.is_none_or(|end| now < end)
        };
        let live = live.filter(holds).ok_or(OVER)?;
        Ok(ShareState { proof: proof.clone(), live })
    }

    /// What is known of a link that changed.
    pub(super) async fn forget(&self, link: &ShareLink) {
        self.known.invalidate(&Shares::Link(link.id.clone())).await;
        self.embeds.invalidate(&link.slug).await;
    }

    /// Looks all of them up again: an account or a site has changed.
    pub(crate) fn forget_all(&self) {
        self.known.invalidate_all();
        self.embeds.invalidate_all();
    }

    async fn look_up(&self, shares: &Shares) -> Result<Option<Arc<Live>>> {
        let now = now_ms();
        let open = match shares {
            Shares::Link(id) => self.store.shared_by_id(id).await?.and_then(|shared| Open::of(shared, now)),
            Shares::PublicSite(id) => self.store.public_site_by_id(id).await?.map(Open::of_public),
        };
        Ok(open.map(Live::try_from).transpose()?.map(Arc::new))
    }

    async fn find(&self, slug: &str) -> Result<Option<Open>> {
        if !may_lead_somewhere(slug) {
            return Ok(None);
        }
        let shared = self.store.shared_by_slug(slug).await?;
        if let Some(open) = shared.and_then(|shared| Open::of(shared, now_ms())) {
            return Ok(Some(open));
        }
        // Looked for in any case, so that a link that is not shown takes as long as none.
        let public = self.store.public_site(&slug.to_lowercase()).await?;
        Ok(public.filter(|_| may_be_domain(slug)).map(Open::of_public))
    }
}

/// What is neither is not looked up, nor remembered.
fn may_lead_somewhere(slug: &str) -> bool {
    is_slug(slug) || may_be_domain(slug)
}

/// Letters, digits, hyphens and dots, as domains are stored; a port may follow. One without either could be somebody's slug.
fn may_be_domain(text: &str) -> bool {
    (1..=DOMAIN_MAX).contains(&text.len())
        && text.contains(['.', ':'])
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':'))
}
