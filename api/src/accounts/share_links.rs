//! Share links: members make, change and revoke them. What the public does with them is `share_sessions`' matter.

use super::share_sessions::ShareSessions;
use super::share_words as words;
use super::validate::Problems;
use crate::error::Result;
use crate::ids::{new_slug, now_ms};
use crate::store::{Edit, NewShareLink, Scope, ShareChange, ShareLink};

/// Links that a site may have.
pub(crate) const LINKS_MAX: u64 = 100;

/// A link to be made, as it was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShareWish {
    pub(crate) name: String,
    pub(crate) slug: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) expires_at: Option<String>,
    pub(crate) panels: Option<Vec<String>>,
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) last_days: Option<u32>,
    pub(crate) properties: bool,
    pub(crate) embed_origins: Vec<String>,
}

/// A change of a link, as it was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShareChangeWish {
    pub(crate) name: Option<String>,
    pub(crate) slug: Option<String>,
    pub(crate) password: Edit<String>,
    pub(crate) expires_at: Edit<String>,
    pub(crate) paused: Option<bool>,
    pub(crate) panels: Edit<Vec<String>>,
    pub(crate) since: Edit<String>,
    pub(crate) until: Edit<String>,
    pub(crate) last_days: Edit<u32>,
    pub(crate) properties: Option<bool>,
    pub(crate) embed_origins: Option<Vec<String>>,
}

impl ShareSessions {
    /// Links of a site, oldest first.
    ///
    /// # Errors
    /// `NotFound` when there is no such site that the caller may see.
    pub(crate) async fn list(&self, scope: &Scope, site: &str) -> Result<Vec<ShareLink>> {
        self.store.share_links(scope, site).await
    }

    /// The link of that id.
    ///
    /// # Errors
    /// `NotFound` when there is none that the caller may see.
    pub(crate) async fn read(&self, scope: &Scope, site: &str, id: &str) -> Result<ShareLink> {
        self.store.share_link(scope, site, id).await
    }

    /// Makes a link.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` by field, `Conflict` for a taken slug, `Forbidden` when the site has [`LINKS_MAX`].
    pub(crate) async fn create(&self, scope: &Scope, site: &str, wish: ShareWish) -> Result<ShareLink> {
        let now = now_ms();
        let mut problems = Problems::default();
        let name = problems.name(&wish.name);
        let slug = wish.slug.map(|slug| words::checked_slug(&mut problems, slug));
        if let Some(password) = &wish.password {
            words::check_password(&mut problems, password);
        }
        let expires_at = wish.expires_at.and_then(|text| problems.expires_at(&text, now));
        let panels = wish.panels.map(|words| words::panels(&mut problems, &words));
        let since = wish.since.and_then(|text| problems.date("since", &text));
        let until = wish.until.and_then(|text| problems.date("until", &text));
        words::check_order(&mut problems, since.as_ref(), until.as_ref());
        let last_days = wish.last_days.and_then(|days| words::last_days(&mut problems, days));
        let embed_origins = words::origins(&mut problems, wish.embed_origins);
        problems.into_result()?;
        let new = NewShareLink {
            name,
            slug: slug.unwrap_or_else(new_slug),
            password_hash: self.hashed(wish.password).await?,
            expires_at,
            panels,
            since,
            until,
            last_days,
            properties: wish.properties,
            embed_origins,
            at: now,
        };
        let link = self.store.insert_share_link(scope, site, new, LINKS_MAX).await?;
        self.forget(&link).await;
        Ok(link)
    }

    /// Changes a link: here at once, on other nodes within 2 seconds.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` by field, `Conflict` for a taken slug.
    pub(crate) async fn update(&self, scope: &Scope, site: &str, id: &str, wish: ShareChangeWish) -> Result<ShareLink> {
        let now = now_ms();
        let before = self.read(scope, site, id).await?;
        let mut problems = Problems::default();
        if let Edit::To(Some(password)) = &wish.password {
            words::check_password(&mut problems, password);
        }
        let change = ShareChange {
            name: wish.name.map(|name| problems.name(&name)),
            slug: wish.slug.map(|slug| words::checked_slug(&mut problems, slug)),
            password_hash: Edit::Keep,
            expires_at: wish.expires_at.and_then(|text| problems.expires_at(&text, now)),
            paused: wish.paused,
            panels: wish.panels.and_then(|words| Some(words::panels(&mut problems, &words))),
            since: wish.since.and_then(|text| problems.date("since", &text)),
            until: wish.until.and_then(|text| problems.date("until", &text)),
            last_days: wish.last_days.and_then(|days| words::last_days(&mut problems, days)),
            properties: wish.properties,
            embed_origins: wish.embed_origins.map(|list| words::origins(&mut problems, list)),
        };
        let since = change.since.after(before.since.as_ref());
        let until = change.until.after(before.until.as_ref());
        words::check_order(&mut problems, since, until);
        problems.into_result()?;
        let password_hash = match wish.password {
            Edit::To(password) => Edit::To(self.hashed(password).await?),
            Edit::Keep => Edit::Keep,
        };
        let link = self.store.update_share_link(scope, site, id, ShareChange { password_hash, ..change }).await?;
        self.forget(&before).await;
        self.forget(&link).await;
        Ok(link)
    }

    /// Ends a link for good: here at once, on other nodes within 2 seconds.
    ///
    /// # Errors
    /// `NotFound` when there is none that the caller may see.
    pub(crate) async fn revoke(&self, scope: &Scope, site: &str, id: &str) -> Result<()> {
        let link = self.store.delete_share_link(scope, site, id).await?;
        self.forget(&link).await;
        Ok(())
    }

    async fn hashed(&self, password: Option<String>) -> Result<Option<String>> {
        match password {
            Some(password) => Ok(Some(self.passwords.hash_shared(password).await?)),
            None => Ok(None),
        }
    }
}
