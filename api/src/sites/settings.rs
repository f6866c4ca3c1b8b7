//! Changing a site: its names, its timezone, what it counts, for how long it keeps it, and who may see it.

use super::{SiteState, Sites};
use crate::accounts::validate::Problems;
use crate::collect::HostPattern;
use crate::error::Result;
use crate::ids::now_ms;
use crate::store::{Edit, Scope, SiteChange, TimezoneEra};

/// Hosts that a site may list.
pub(crate) const HOSTNAMES_MAX: usize = 50;
/// Patterns of pages that a site may exclude.
pub(crate) const PATHS_MAX: usize = 50;
/// Characters of one, at most.
pub(crate) const PATH_MAX: usize = 200;
/// Days that a site may keep, at most: a hundred years.
pub(crate) const RETENTION_MAX: i64 = 36_500;

/// A change of a site, as it was asked for; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChangeWish {
    pub(crate) name: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) timezone: Option<String>,
    pub(crate) honour_dnt: Option<bool>,
    pub(crate) allowed_hostnames: Option<Vec<String>>,
    pub(crate) excluded_paths: Option<Vec<String>>,
    pub(crate) retention_days: Edit<i64>,
    pub(crate) public: Option<bool>,
}

impl Sites {
    /// Changes a site. A new timezone governs from the site's next midnight on; what it counts changes at once, and on other nodes
    /// within a minute; days that it keeps no longer are gone at once.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` by field, `Conflict` when the domain is taken.
    pub(crate) async fn update(&self, scope: &Scope, name: &str, wish: ChangeWish) -> Result<SiteState> {
        let site = self.find(scope, name).await?;
        let mut problems = Problems::default();
        let mut change = SiteChange {
            name: wish.name.map(|name| problems.name(&name)),
            domain: wish.domain.map(|domain| problems.domain(&domain)),
            honour_dnt: wish.honour_dnt,
            allowed_hostnames: wish.allowed_hostnames.map(|hosts| hostnames(&mut problems, &hosts)),
            excluded_paths: wish.excluded_paths.map(|paths| excluded_paths(&mut problems, &paths)),
            retention_days: wish.retention_days,
            public: wish.public,
            ..SiteChange::default()
        };
        if matches!(wish.retention_days, Edit::To(Some(days)) if !(1..=RETENTION_MAX).contains(&days)) {
            problems.add("retention_days", format!("must be 1 to {RETENTION_MAX}, or null for ever"));
        }
        let timezone = wish.timezone.map(|timezone| problems.timezone(&timezone));
        problems.into_result()?;
        if let Some(timezone) = timezone.filter(|timezone| timezone.name() != site.timezone) {
            let since = self.store.zones(&site).await?.next_boundary(now_ms());
            change.timezone = Some(TimezoneEra { since, timezone });
        }
        let state = self.apply(scope, name, change).await?;
        if wish.retention_days.is_edit() {
            self.deleted.notify_one();
        }
        Ok(state)
    }
}

/// Hosts in their one form, each once.
fn hostnames(problems: &mut Problems, texts: &[String]) -> Vec<String> {
    const FIELD: &str = "allowed_hostnames";
    if texts.len() > HOSTNAMES_MAX {
        problems.add(FIELD, format!("must have at most {HOSTNAMES_MAX} entries"));
        return Vec::new();
    }
    let mut hosts = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        match HostPattern::parse(text).map(|pattern| pattern.to_string()) {
            Some(host) if !hosts.contains(&host) => hosts.push(host),
            Some(_) => {}
            None => {
                let message = format!("entry {} must be a host such as example.com or *.example.com", index + 1);
                problems.add(FIELD, message);
            }
        }
    }
    hosts
}

/// Patterns of whole pages, each once. They are compared with pages as they are stored: decoded, without query.
fn excluded_paths(problems: &mut Problems, texts: &[String]) -> Vec<String> {
    const FIELD: &str = "excluded_paths";
    if texts.len() > PATHS_MAX {
        problems.add(FIELD, format!("must have at most {PATHS_MAX} entries"));
        return Vec::new();
    }
    let mut paths: Vec<String> = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let (text, entry) = (text.trim(), index + 1);
        if !text.starts_with(['/', '*']) {
            problems.add(FIELD, format!("entry {entry} must begin with / or *"));
        } else if text.chars().count() > PATH_MAX {
            problems.add(FIELD, format!("entry {entry} must have at most {PATH_MAX} characters"));
        } else if text.chars().any(char::is_control) {
            problems.add(FIELD, format!("entry {entry} must not hold control characters"));
        } else if !paths.iter().any(|path| path == text) {
            paths.push(text.to_owned());
        }
    }
    paths
}
