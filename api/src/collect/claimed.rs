//! Which host a hit says that its page is on, where the hit itself is refused.

use super::assemble::{RequestFacts, host_of};
use super::field::parse_object;
use super::page::{self, Accept, NO_HOST};

/// Keys of the page in bodies of `/api/collect`.
pub(crate) const COLLECT_PAGE: &[&str] = &["p"];
/// Keys of the page in bodies of `/api/event`.
pub(crate) const EVENT_PAGE: &[&str] = &["u", "url"];

/// The host of the page in stored form: that of its URL in the body, else of `Origin` or `Referer`; blank when none of them has
/// one. What is wrong with the body otherwise does not matter.
pub(crate) fn claimed_hostname(body: &[u8], page: &[&str], request: &RequestFacts<'_>) -> String {
    let in_body = || {
        let object = parse_object(body).ok()?;
        let url = page.iter().find_map(|key| object.get(*key))?.as_str()?;
        page::read(url, Accept::Url, false).ok()?.hostname.filter(|host| host != NO_HOST)
    };
    let in_headers = || [request.origin, request.referer].into_iter().flatten().find_map(host_of);
    in_body().or_else(in_headers).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_that_of_the_url_else_of_the_headers() {
        let request = RequestFacts {
            origin: Some("https://www.Origin.example"),
            referer: Some("https://referer.example/page"),
            ..RequestFacts::default()
        };
        let told = |body: &str| claimed_hostname(body.as_bytes(), COLLECT_PAGE, &request);
        assert_eq!(told(r#"{"p":"https://www.Example.com:8080/a?b","sw":"wide"}"#), "example.com");
        for without in [r#"{"p":"/a"}"#, r#"{"p":7}"#, "{}", "[]", "", "{\"p\":", r#"{"p":"app:///x"}"#] {
            assert_eq!(told(without), "origin.example", "{without}");
        }
        let request = RequestFacts { origin: Some("null"), ..request };
        assert_eq!(claimed_hostname(b"", COLLECT_PAGE, &request), "referer.example");
        assert_eq!(claimed_hostname(b"", COLLECT_PAGE, &RequestFacts::default()), "");
        assert_eq!(claimed_hostname(br#"{"url":"https://example.com/"}"#, EVENT_PAGE, &request), "example.com");
    }
}
