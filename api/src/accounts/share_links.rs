//! Share links: members make, change and revoke them. What the public does with them is `share_sessions`' matter.

use chrono::{DateTime, NaiveDate};
use haru_stats::query::{PanelName, limits};
use url::Url;

use super::share_sessions::ShareSessions;
use super::validate::{PASSWORD_MAX, Problems};
use crate::error::Result;
use crate::ids::{new_slug, now_ms};
use crate::store::{NewShareLink, Scope, ShareChange, ShareLink};

/// Links that a site may have.
pub(crate) const LINKS_MAX: u64 = 100;
/// Characters of a slug, fewest.
const SLUG_MIN: usize = 3;
/// Characters of a slug, most.
const SLUG_MAX: usize = 60;
/// Characters of a link's password, fewest: it is told to many and guards numbers only, and tries are few a minute.
const SHARE_PASSWORD_MIN: usize = 8;
/// Origins that may embed a link, most.
const ORIGINS_MAX: usize = 20;
/// Characters of an origin, most.
const ORIGIN_MAX: usize = 260;

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

/// A change of a link, as it was asked for. The inner `None` removes.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShareChangeWish {
    pub(crate) name: Option<String>,
    pub(crate) slug: Option<String>,
    pub(crate) password: Option<Option<String>>,
    pub(crate) expires_at: Option<Option<String>>,
    pub(crate) paused: Option<bool>,
    pub(crate) panels: Option<Option<Vec<String>>>,
    pub(crate) since: Option<Option<String>>,
    pub(crate) until: Option<Option<String>>,
    pub(crate) last_days: Option<Option<u32>>,
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
        let slug = wish.slug.map(|slug| checked_slug(&mut problems, slug));
        if let Some(password) = &wish.password {
            check_password(&mut problems, password);
        }
        let expires_at = wish.expires_at.and_then(|text| expiry(&mut problems, &text, now));
        let panels = wish.panels.map(|words| panels(&mut problems, &words));
        let since = wish.since.and_then(|text| date(&mut problems, "since", &text));
        let until = wish.until.and_then(|text| date(&mut problems, "until", &text));
        check_order(&mut problems, since.as_deref(), until.as_deref());
        let last_days = wish.last_days.and_then(|days| last_days(&mut problems, days));
        let embed_origins = origins(&mut problems, wish.embed_origins);
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
        if let Some(Some(password)) = &wish.password {
            check_password(&mut problems, password);
        }
        let change = ShareChange {
            name: wish.name.map(|name| problems.name(&name)),
            slug: wish.slug.map(|slug| checked_slug(&mut problems, slug)),
            password_hash: None,
            expires_at: wish.expires_at.map(|end| end.and_then(|text| expiry(&mut problems, &text, now))),
            paused: wish.paused,
            panels: wish.panels.map(|words| words.map(|words| panels(&mut problems, &words))),
            since: wish.since.map(|day| day.and_then(|text| date(&mut problems, "since", &text))),
            until: wish.until.map(|day| day.and_then(|text| date(&mut problems, "until", &text))),
            last_days: wish.last_days.map(|days| days.and_then(|days| last_days(&mut problems, days))),
            properties: wish.properties,
            embed_origins: wish.embed_origins.map(|list| origins(&mut problems, list)),
        };
        let since = change.since.as_ref().unwrap_or(&before.since);
        let until = change.until.as_ref().unwrap_or(&before.until);
        check_order(&mut problems, since.as_deref(), until.as_deref());
        problems.into_result()?;
        let password_hash = match wish.password {
            Some(password) => Some(self.hashed(password).await?),
            None => None,
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

/// Whether a text can be the slug of a link.
pub(super) fn is_slug(text: &str) -> bool {
    (SLUG_MIN..=SLUG_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn checked_slug(problems: &mut Problems, slug: String) -> String {
    if !is_slug(&slug) {
        problems.add("slug", format!("must be {SLUG_MIN} to {SLUG_MAX} of a to z, 0 to 9 and hyphens"));
    }
    slug
}

fn check_password(problems: &mut Problems, password: &str) {
    let length = password.chars().count();
    if !(SHARE_PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        problems.add("password", format!("must have {SHARE_PASSWORD_MIN} to {PASSWORD_MAX} characters"));
    }
}

fn expiry(problems: &mut Problems, text: &str, now: i64) -> Option<i64> {
    let Ok(at) = DateTime::parse_from_rfc3339(text) else {
        problems.add("expires_at", "must be an instant such as 2027-01-31T00:00:00Z");
        return None;
    };
    let at = at.timestamp_millis();
    if at <= now {
        problems.add("expires_at", "must be in the future");
    }
    Some(at)
}

/// In the form that is stored: each once, in order.
fn panels(problems: &mut Problems, words: &[String]) -> String {
    if words.iter().any(|word| PanelName::from_name(word).is_none()) {
        problems.add("panels", format!("must be of {}", PanelName::ALL.map(PanelName::name).join(", ")));
    }
    let asked = |panel: &PanelName| words.iter().any(|word| word == panel.name());
    PanelName::ALL.into_iter().filter(asked).map(PanelName::name).collect::<Vec<_>>().join(" ")
}

/// A day of the years that ranges may name.
fn date(problems: &mut Problems, field: &str, text: &str) -> Option<String> {
    use chrono::Datelike;
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| limits::YEARS.contains(&day.year()));
    if day.is_none() {
        problems.add(field, "must be a date such as 2027-01-31");
    }
    day.map(|day| day.format("%Y-%m-%d").to_string())
}

/// Dates of that form are in order as texts.
fn check_order(problems: &mut Problems, since: Option<&str>, until: Option<&str>) {
    if since.zip(until).is_some_and(|(since, until)| until < since) {
        problems.add("until", "must not be before since");
    }
}

fn last_days(problems: &mut Problems, days: u32) -> Option<i32> {
    if !(1..=limits::DAYS).contains(&days) {
        problems.add("last_days", format!("must be 1 to {}", limits::DAYS));
    }
    i32::try_from(days).ok()
}

/// In the form that is stored, and that goes into a header as it is.
fn origins(problems: &mut Problems, list: Vec<String>) -> String {
    let mut sound: Vec<String> = Vec::new();
    let count = list.len();
    for text in list {
        match origin(&text) {
            Some(origin) if sound.contains(&origin) => {}
            Some(origin) => sound.push(origin),
            None => {
                problems.add("embed_origins", "must be origins such as https://www.example.com, or *");
                return String::new();
            }
        }
    }
    if count > ORIGINS_MAX {
        problems.add("embed_origins", format!("must be at most {ORIGINS_MAX} origins"));
    }
    sound.join(" ")
}

/// `scheme://host[:port]` and nothing behind it, or `*`. What is answered is made of letters, digits and `-.:/` alone.
fn origin(text: &str) -> Option<String> {
    if text == "*" {
        return Some(text.to_owned());
    }
    // The parser takes tabs and line ends out of what it reads.
    if text.len() > ORIGIN_MAX || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "https" | "http") || !bare || url.path() != "/" {
        return None;
    }
    let origin = url.origin().ascii_serialization();
    let host = origin.split_once("://")?.1;
    let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':'));
    plain.then_some(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port_and_nothing_that_ends_a_directive() {
        let good = [
            ("https://www.example.com", "https://www.example.com"),
            ("https://Example.com/", "https://example.com"),
            ("https://example.com:8443", "https://example.com:8443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("*", "*"),
        ];
        for (text, expected) in good {
            assert_eq!(origin(text).as_deref(), Some(expected), "{text}");
        }
        let bad = [
            "",
            "example.com",
            "https://",
            "https://example.com/path",
            "https://example.com?a",
            "https://example.com#a",
            "https://user@example.com",
            "https://example.com; script-src *",
            "https://example.com;script-src",
            "https://exam'ple.com",
            "https://a,b",
            "https://example.com\r\nx-evil: 1",
            "https://exa\tmple.com",
            " https://example.com",
            "https://[::1]",
            "https://*.example.com",
            "javascript:alert(1)",
            "data:text/html,x",
            "null",
            "'none'",
            "* https://evil.example",
            "file:///etc/passwd",
        ];
        for text in bad {
            assert_eq!(origin(text), None, "{text}");
        }
    }

    #[test]
    fn a_slug_is_short_and_plain() {
        for good in ["abc", "a-b", "2026", &"a".repeat(60), &new_slug()] {
            assert!(is_slug(good), "{good}");
        }
        for bad in ["", "ab", &"a".repeat(61), "Abc", "a_b", "a b", "ä-b", "a/b", "a.b", "abc\0"] {
            assert!(!is_slug(bad), "{bad}");
        }
        assert_ne!(new_slug(), new_slug());
        assert!(new_slug().len() >= 16);
    }

    #[test]
    fn panels_are_stored_in_order_and_dates_are_real() {
        let mut problems = Problems::default();
        let words = ["events", "pages", "events"].map(str::to_owned);
        assert_eq!(panels(&mut problems, &words), "pages events");
        assert_eq!(panels(&mut problems, &[]), "");
        assert_eq!(date(&mut problems, "since", "2026-02-28").as_deref(), Some("2026-02-28"));
        check_order(&mut problems, Some("2026-02-28"), Some("2026-02-28"));
        assert!(problems.into_result().is_ok());
        for bad in ["2026-02-30", "2026-2-3x", "yesterday", "0001-01-01", "-2026-01-01"] {
            let mut problems = Problems::default();
            date(&mut problems, "since", bad);
            assert!(problems.into_result().is_err(), "{bad}");
        }
        let mut problems = Problems::default();
        panels(&mut problems, &["cities".to_owned()]);
        check_order(&mut problems, Some("2026-03-01"), Some("2026-02-28"));
        last_days(&mut problems, 0);
        let told = problems.into_result().expect_err("three fields").to_string();
        for field in ["panels", "until", "last_days"] {
            assert!(told.contains(field), "{field} in {told}");
        }
    }
}
