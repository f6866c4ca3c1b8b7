//! Host names.
//!
//! Rule: a host is compared and stored in one form only: lower case, IDNA (ASCII), without a leading `www.`, without a
//! port and without a final dot. Plausible stores hostnames without `www.` as well.

use url::Url;

/// The longest host name that DNS allows, in bytes.
const MAX_HOST: usize = 253;

/// The stored form of a host name, `None` when it is none. Takes `example.com`, `www.Example.com:8080`, `münchen.de`,
/// addresses in IPv4 or bracketed IPv6 form.
pub(crate) fn normalize_host(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty()
        || text.contains(['/', '\\', '?', '#', '@'])
        || text.chars().any(|c| c.is_control() || c.is_whitespace())
    {
        return None;
    }
    // The parser of the URL standard does IDNA, lower case, ports and addresses in one go.
    let url = Url::parse(&format!("http://{text}/")).ok()?;
    stored_form(url.host_str()?)
}

/// The stored form of a host that a URL parser has produced.
pub(crate) fn stored_form(host: &str) -> Option<String> {
    let host = host.trim_end_matches('.');
    let host = host.strip_prefix("www.").filter(|rest| !rest.is_empty()).unwrap_or(host);
    (!host.is_empty() && host.len() <= MAX_HOST).then(|| host.to_ascii_lowercase())
}

/// Whether `host` is `domain` or lies below it. Both in stored form.
pub(crate) fn is_within(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_each_host() {
        for (given, stored) in [
            ("example.com", "example.com"),
            ("WWW.Example.COM", "example.com"),
            ("www.example.com:8080", "example.com"),
            ("example.com.", "example.com"),
            ("münchen.de", "xn--mnchen-3ya.de"),
            ("localhost", "localhost"),
            ("192.0.2.1", "192.0.2.1"),
            ("[2001:DB8::1]", "[2001:db8::1]"),
            ("www.", "www"),
        ] {
            assert_eq!(normalize_host(given).as_deref(), Some(stored), "{given}");
        }
        for given in ["", " ", "a b.com", "example.com/x", "a@b.com", "exa\u{0}mple.com", "a..b c"] {
            assert_eq!(normalize_host(given), None, "{given}");
        }
        assert_eq!(normalize_host(&"a.".repeat(200)), None);
    }

    #[test]
    fn below_a_domain() {
        assert!(is_within("example.com", "example.com"));
        assert!(is_within("blog.example.com", "example.com"));
        assert!(!is_within("notexample.com", "example.com"));
        assert!(!is_within(".example.com", "example.com"));
    }
}
