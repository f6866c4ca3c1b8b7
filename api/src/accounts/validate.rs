//! What a good email address, password, name, day, domain, timezone, end and list of sites are.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate};
use haru_stats::query::limits;
use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;

use super::password::{is_too_long, normal};
use crate::collect::{FieldError, normalize_host};

/// Characters of a password, fewest.
pub(crate) const PASSWORD_MIN: usize = 12;
/// Characters of a password, most.
pub(crate) const PASSWORD_MAX: usize = 128;
/// Characters of a shown name, most.
pub(crate) const NAME_MAX: usize = 100;
/// Bytes of an email address, most (RFC 5321).
pub(crate) const EMAIL_MAX: usize = 254;
/// Sites that somebody, or a token, may be limited to.
pub(crate) const SITES_MAX: usize = 1_000;

/// The form in which addresses are looked up and counted: that in which they are stored; of what is none, the text in lower case.
pub(crate) fn comparable_email(text: &str) -> String {
    let email = Problems::default().email(text);
    if email.is_empty() { text.trim().to_lowercase() } else { email }
}

/// Collects what is wrong, field by field.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<FieldError>);

impl Problems {
    /// One more that is wrong.
    pub(crate) fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    /// Good when nothing was wrong.
    ///
    /// # Errors
    /// `Invalid` with every field that is.
    pub(crate) fn into_result(self) -> crate::error::Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(crate::error::Error::Invalid(self.0)) }
    }

    /// An address: lower case in the one composed form (NFC), its domain a host name in ASCII form (IDNA).
    pub(crate) fn email(&mut self, text: &str) -> String {
        let text = text.trim();
        let parts = text.rsplit_once('@').and_then(|(local, domain)| {
            let domain = mail_domain(domain)?;
            let sound = !local.is_empty()
                && !local.chars().any(|c| c.is_whitespace() || c.is_control() || "\"(),:;<>@[\\]".contains(c));
            sound.then(|| format!("{}@{domain}", local.to_lowercase().nfc()))
        });
        match parts {
            Some(email) if email.len() <= EMAIL_MAX => email,
            _ => {
                self.add("email", "is not an email address");
                String::new()
            }
        }
    }

    /// A password: its length, in characters (Unicode scalar values of its NFC form). Whether it is easy to guess is seen when
    /// it is hashed, as that takes longer.
    pub(crate) fn password(&mut self, text: &str) {
        let length = if is_too_long(text) { usize::MAX } else { normal(text).chars().count() };
        if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
            self.add("password", format!("must have {PASSWORD_MIN} to {PASSWORD_MAX} characters"));
        }
    }

    /// A shown name.
    pub(crate) fn name(&mut self, text: &str) -> String {
        self.short_text("name", text, NAME_MAX)
    }

    /// A line of text of that field that people write and read: trimmed, in the one composed form (NFC), of at most so many
    /// characters.
    pub(crate) fn short_text(&mut self, field: &str, text: &str, most: usize) -> String {
        let text: String = text.trim().nfc().collect();
        if text.is_empty() {
            self.add(field, "is required");
        } else if text.chars().count() > most {
            self.add(field, format!("must have at most {most} characters"));
        } else if text.chars().any(char::is_control) {
            self.add(field, "must not hold control characters");
        }
        text
    }

    /// A day of the years that ranges may name, `YYYY-MM-DD`.
    pub(crate) fn date(&mut self, field: &str, text: &str) -> Option<String> {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| limits::YEARS.contains(&day.year()));
        if day.is_none() {
            self.add(field, "must be a date such as 2027-01-31");
        }
        day.map(|day| day.format("%Y-%m-%d").to_string())
    }

    /// A site's domain: lower case, ASCII form, without `www.`, scheme and path.
    pub(crate) fn domain(&mut self, text: &str) -> String {
        let text = text.trim();
        let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
        let host = text.strip_suffix('/').unwrap_or(text);
        match normalize_host(host) {
            Some(domain) if is_domain(&domain) => domain,
            _ => {
                self.add("domain", "must be a host name such as example.com");
                String::new()
            }
        }
    }

    /// An IANA zone.
    pub(crate) fn timezone(&mut self, text: &str) -> chrono_tz::Tz {
        text.parse().unwrap_or_else(|_| {
            self.add("timezone", "must be an IANA name such as Europe/Lisbon");
            chrono_tz::UTC
        })
    }

    /// When something ends, in milliseconds: later than `now`.
    pub(crate) fn expires_at(&mut self, text: &str, now: i64) -> Option<i64> {
        let Ok(at) = DateTime::parse_from_rfc3339(text) else {
            self.add("expires_at", "must be an instant such as 2027-01-31T00:00:00Z");
            return None;
        };
        let at = at.timestamp_millis();
        if at <= now {
            self.add("expires_at", "must be in the future");
        }
        Some(at)
    }

    /// Ids of sites, each once. An empty list is refused: it would be taken for "all" by one reader and for "none" by the next.
    pub(crate) fn site_ids(&mut self, mut ids: Vec<String>) -> Vec<String> {
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            self.add("site_ids", "must name a site; leave it out for all sites");
        } else if ids.len() > SITES_MAX {
            self.add("site_ids", format!("must name at most {SITES_MAX} sites"));
        }
        ids
    }
}

/// The domain of an address: letters, digits, hyphens and dots, of the length that DNS allows, with two labels at least. Hyphens may
/// stand side by side anywhere, as there are such names.
fn mail_domain(text: &str) -> Option<Cow<'_, str>> {
    let name = Uts46::new().to_ascii(text.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify);
    name.ok().filter(|name| name.contains('.'))
}

/// Letters, digits, hyphens and dots, at most 253; a port may follow for sites under development.
fn is_domain(host: &str) -> bool {
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(text: &str) -> Result<String, String> {
        let mut problems = Problems::default();
        let domain = problems.domain(text);
        problems.into_result().map(|()| domain).map_err(|error| error.to_string())
    }

    #[test]
    fn domains_are_cleaned_up() {
        assert_eq!(domain("https://www.Example.com/"), Ok("example.com".to_owned()));
        assert_eq!(domain(" bücher.example "), Ok("xn--bcher-kva.example".to_owned()));
        for bad in ["", "exa mple.com", "example.com/path", "<script>", "a..b"] {
            assert!(domain(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn emails_are_lower_case_with_a_real_domain() {
        let mut problems = Problems::default();
        assert_eq!(problems.email(" Ana@Example.COM "), "ana@example.com");
        // The same letters, however they are put together.
        assert_eq!(problems.email("Zoe\u{308}@B\u{fc}cher.example"), problems.email("zo\u{eb}@xn--bcher-kva.example"));
        problems.email("ana@a--b.ex-ample.co2");
        assert!(problems.into_result().is_ok());
        let label = "x".repeat(64);
        for bad in [
            "",
            "ana",
            "ana@",
            "@example.com",
            "ana@example",
            "a b@example.com",
            "a\r\nb@example.com",
            "ana@exa\0mple.com",
            "ana@exa mple.com",
            "ana@<example>.com",
            "ana@\"example\".com",
            "ana@exa_mple.com",
            "ana@exa\u{ff20}mple.com",
            "ana@example.com:25",
            "ana@example.com.",
            "ana@.example.com",
            "ana@example..com",
            "ana@-example.com",
            &format!("ana@{label}.com"),
        ] {
            let mut problems = Problems::default();
            assert_eq!(problems.email(bad), "", "{bad:?}");
            assert!(problems.into_result().is_err(), "{bad:?}");
        }
    }
}
