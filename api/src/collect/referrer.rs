//! Referrers: the page, site or app that a visit came from.
//!
//! Rule: kept are host (without `www.`) and path; scheme, port, query and fragment are not, as they hold what people
//! searched for and who they are. The site's own hosts, and the machine itself, are not referrers.

use url::Url;

use super::host::stored_form;

/// Scheme of the referrers that Android apps give.
const APP: &str = "android-app://";

/// The longest referrer that is kept, in bytes.
const MAX_KEPT: usize = 2_000;

/// A referrer, without what it must not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Referrer {
    /// A page.
    Web {
        /// In stored form.
        host: String,
        /// Without a slash at its end; blank for the site as such.
        path: String,
    },
    /// An Android app.
    App {
        /// `com.google.android.gm`
        package: String,
        /// As for a page.
        path: String,
    },
}

impl Referrer {
    /// The site or app alone: `example.com`, `android-app://com.example`.
    pub(crate) fn site(&self) -> String {
        match self {
            Self::Web { host, .. } => host.clone(),
            Self::App { package, .. } => format!("{APP}{package}"),
        }
    }

    /// What is stored: site and path.
    pub(crate) fn text(&self) -> String {
        let (Self::Web { path, .. } | Self::App { path, .. }) = self;
        let mut text = self.site() + path;
        text.truncate(text.floor_char_boundary(MAX_KEPT));
        text
    }
}

/// Reads a referrer, which may lack its scheme. `None` when it is blank, own, or nothing that can be visited.
pub(crate) fn read(text: &str, is_own: impl Fn(&str) -> bool) -> Option<Referrer> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix(APP) {
        return app(rest);
    }
    let url = match text.split_once("://") {
        Some((scheme, _)) if is_web(scheme) => Url::parse(text).ok()?,
        // Another scheme, unless the :// stands in the query of a URL without one.
        Some((scheme, _)) if !scheme.contains(['/', '?', '.']) => return None,
        _ => without_scheme(text)?,
    };
    let host = stored_form(url.host_str()?)?;
    if is_own(&host) || is_this_machine(&url, &host) {
        return None;
    }
    Some(Referrer::Web { host, path: url.path().trim_end_matches('/').to_owned() })
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// `example.com/path`, `//example.com/path`. A host must have a dot, or any word would be one.
fn without_scheme(text: &str) -> Option<Url> {
    let text = text.strip_prefix("//").unwrap_or(text);
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let plausible = host.contains('.') && !host.starts_with('.') && !host.contains(['@', ' ']);
    if plausible { Url::parse(&format!("https://{text}")).ok() } else { None }
}

fn app(rest: &str) -> Option<Referrer> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (package, path) = rest.split_at(end);
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let valid = !package.is_empty()
        && package.len() <= 255
        && package.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let clean = !path.chars().any(char::is_control);
    (valid && clean).then(|| Referrer::App { package: package.to_ascii_lowercase(), path: path.to_owned() })
}

fn is_this_machine(url: &Url, host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || match url.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(given: &str) -> Option<String> {
        read(given, |host| host == "own.example").map(|referrer| referrer.text())
    }

    #[test]
    fn a_referrer_is_host_and_path() {
        for (given, kept) in [
            ("https://www.google.com/", "google.com"),
            ("https://example.com/a/b/?q=secret#x", "example.com/a/b"),
            ("HTTPS://Example.COM:8443/A", "example.com/A"),
            ("https://user:pass@example.com/", "example.com"),
            ("https://münchen.de/", "xn--mnchen-3ya.de"),
            ("example.com/a?b=https://c.d", "example.com/a"),
            ("www.example.com", "example.com"),
            ("//example.com/a", "example.com/a"),
            ("android-app://com.google.android.gm/", "android-app://com.google.android.gm"),
            ("android-app://com.example/https/x?y", "android-app://com.example/https/x"),
        ] {
            assert_eq!(text(given).as_deref(), Some(kept), "{given}");
        }
    }

    #[test]
    fn what_is_no_referrer() {
        for given in [
            "",
            " ",
            "https://own.example/a",
            "https://www.own.example/",
            "http://localhost:3000/",
            "http://127.0.0.1/",
            "http://[::1]/",
            "about:blank",
            "chrome-extension://abc/page.html",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "word",
            "me@example.com",
            "android-app://",
            "android-app://a b",
            "https://",
        ] {
            assert_eq!(text(given), None, "{given}");
        }
    }

    #[test]
    fn a_long_referrer_is_cut() {
        let kept = text(&format!("https://example.com/{}", "é".repeat(2_000))).unwrap();
        assert!(kept.len() <= MAX_KEPT);
    }
}
