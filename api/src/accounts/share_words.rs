//! What a good slug, password, end, list of panels and origin of a share link is, and the form in which it is stored.

use haru_stats::query::{PanelName, limits};
use url::Url;

use super::validate::{PASSWORD_MAX, Problems};

/// Characters of a slug, fewest.
const SLUG_MIN: usize = 3;
/// Characters of a slug, most.
const SLUG_MAX: usize = 60;
/// Characters of an id: no slug may be taken for one.
const ID_LENGTH: usize = 36;
/// Characters of a link's password, fewest: it is told to many and guards numbers only, and tries are few a minute.
const SHARE_PASSWORD_MIN: usize = 8;
/// Origins that may embed a link, most.
const ORIGINS_MAX: usize = 20;
/// Characters of an origin, most.
const ORIGIN_MAX: usize = 260;

/// Whether a text can be the slug of a link.
pub(super) fn is_slug(text: &str) -> bool {
    (SLUG_MIN..=SLUG_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

pub(super) fn checked_slug(problems: &mut Problems, slug: String) -> String {
    if !is_slug(&slug) {
        problems.add("slug", format!("must be {SLUG_MIN} to {SLUG_MAX} of a to z, 0 to 9 and hyphens"));
    } else if slug.len() == ID_LENGTH && uuid::Uuid::try_parse(&slug).is_ok() {
        problems.add("slug", "must not have the form of an id");
    }
    slug
}

pub(super) fn check_password(problems: &mut Problems, password: &str) {
    let length = password.chars().count();
    if !(SHARE_PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        problems.add("password", format!("must have {SHARE_PASSWORD_MIN} to {PASSWORD_MAX} characters"));
    }
}

/// In the form that is stored: each once, in order.
pub(super) fn panels(problems: &mut Problems, words: &[String]) -> String {
    if words.iter().any(|word| PanelName::from_name(word).is_none()) {
        problems.add("panels", format!("must be of {}", PanelName::ALL.map(PanelName::name).join(", ")));
    }
    let asked = |panel: &PanelName| words.iter().any(|word| word == panel.name());
    PanelName::ALL.into_iter().filter(asked).map(PanelName::name).collect::<Vec<_>>().join(" ")
}

/// Dates of that form are in order as texts.
pub(super) fn check_order(problems: &mut Problems, since: Option<&String>, until: Option<&String>) {
    if since.zip(until).is_some_and(|(since, until)| until < since) {
        problems.add("until", "must not be before since");
    }
}

pub(super) fn last_days(problems: &mut Problems, days: u32) -> Option<i32> {
    if !(1..=limits::DAYS).contains(&days) {
        problems.add("last_days", format!("must be 1 to {}", limits::DAYS));
    }
    i32::try_from(days).ok()
}

/// In the form that is stored, and that goes into a header as it is.
pub(super) fn origins(problems: &mut Problems, list: Vec<String>) -> String {
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
    use crate::ids::new_slug;

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
        assert_eq!(problems.date("since", "2026-02-28").as_deref(), Some("2026-02-28"));
        check_order(&mut problems, Some(&"2026-02-28".to_owned()), Some(&"2026-02-28".to_owned()));
        assert!(problems.into_result().is_ok());
        for bad in ["2026-02-30", "2026-2-3x", "yesterday", "0001-01-01", "-2026-01-01"] {
            let mut problems = Problems::default();
            problems.date("since", bad);
            assert!(problems.into_result().is_err(), "{bad}");
        }
        let mut problems = Problems::default();
        panels(&mut problems, &["hostnames".to_owned()]);
        check_order(&mut problems, Some(&"2026-03-01".to_owned()), Some(&"2026-02-28".to_owned()));
        last_days(&mut problems, 0);
        let told = problems.into_result().expect_err("three fields").to_string();
        for field in ["panels", "until", "last_days"] {
            assert!(told.contains(field), "{field} in {told}");
        }
    }
}
