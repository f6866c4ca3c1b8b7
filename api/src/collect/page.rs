//! Pages: what was viewed, out of a URL or a path.
//!
//! Rule: a page is the path without query and fragment (hash routing keeps the fragment), with valid percent-encoding
//! decoded once and everything else as it came: no trailing-slash folding, `/` when empty, and never a control
//! character. Parts that are no valid UTF-8, or would decode to control characters, stay encoded.

use url::Url;

use super::host::stored_form;

/// The hostname of a URL that has none, as Plausible spells it.
pub(crate) const NO_HOST: &str = "(none)";

/// Schemes that are not a place where a page can be.
const REFUSED_SCHEMES: [&str; 7] = ["data", "javascript", "vbscript", "blob", "about", "mailto", "view-source"];

/// A URL or path, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    /// In stored form; [`NO_HOST`] for a URL without host, `None` for a path.
    pub(crate) hostname: Option<String>,
    /// The page.
    pub(crate) page: String,
    /// The query's pairs, decoded, in their order.
    pub(crate) query: Vec<(String, String)>,
}

impl Location {
    /// The first value of a query parameter that is not blank.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, v)| &**v)
    }
}

/// Whether a URL must have a scheme or may be a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accept {
    /// A URL only.
    Url,
    /// A URL, or a path (with or without its leading slash).
    UrlOrPath,
}

/// Reads a URL or path; the error is a message for the field.
pub(crate) fn read(text: &str, accept: Accept, keep_hash: bool) -> Result<Location, &'static str> {
    if text.chars().any(char::is_control) {
        return Err("must not contain control characters");
    }
    let text = text.trim();
    match scheme(text) {
        Some(scheme) if REFUSED_SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) => Err("scheme is not allowed"),
        Some(_) => {
            let url = Url::parse(text).map_err(|_| "is not a valid URL")?;
            let hostname = match url.host_str() {
                Some(host) if !host.is_empty() => {
                    stored_form(host).ok_or("is not a valid URL: its host is too long")?
                }
                _ => NO_HOST.to_owned(),
            };
            Ok(location(Some(hostname), &url, keep_hash))
        }
        None if accept == Accept::Url => Err("must be a URL with its scheme: http, https or that of an app"),
        None => {
            // Read as a path of some host, so that it is treated like the path of a URL.
            let slash = if text.starts_with('/') { "" } else { "/" };
            let url = Url::parse(&format!("http://host.invalid{slash}{text}")).map_err(|_| "is not a valid path")?;
            Ok(location(None, &url, keep_hash))
        }
    }
}

/// The scheme of a URL: what stands before the first colon, if it looks like one.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let mut bytes = scheme.bytes();
    let starts = bytes.next().is_some_and(|b| b.is_ascii_alphabetic());
    (starts && bytes.all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))).then_some(scheme)
}

fn location(hostname: Option<String>, url: &Url, keep_hash: bool) -> Location {
    let mut page = decode(url.path());
    if !page.starts_with('/') {
        page.insert(0, '/');
    }
    if let Some(fragment) = url.fragment().filter(|f| keep_hash && !f.is_empty()) {
        page.push('#');
        page.push_str(&decode(fragment));
    }
    let query = url.query_pairs().map(|(key, value)| (without_controls(&key), without_controls(&value))).collect();
    Location { hostname, page, query }
}

/// Decodes percent-encoding once, where the result is text without control characters.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            let (decoded, width) = decode_run(bytes.get(at..).unwrap_or_default());
            if width > 0 {
                push_valid(&mut out, &decoded, bytes.get(at..at + width).unwrap_or_default());
                at += width;
                continue;
            }
        }
        // `at` only ever moves over whole characters: runs of escapes are ASCII.
        let character = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or('\u{fffd}');
        out.push(character);
        at += character.len_utf8();
    }
    out
}

/// A run of `%XX` at the start of `bytes`: the bytes it means, and its width in the text.
fn decode_run(bytes: &[u8]) -> (Vec<u8>, usize) {
    let hex = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut decoded = Vec::new();
    for escape in bytes.chunks_exact(3) {
        let [b'%', high, low] = escape else { break };
        let (Some(high), Some(low)) = (hex(high), hex(low)) else {
            break;
        };
        decoded.push(high << 4 | low);
    }
    let width = decoded.len() * 3;
    (decoded, width)
}

/// Appends the parts of `decoded` that are text; the rest as it was `encoded` (three bytes for each one decoded).
fn push_valid(out: &mut String, decoded: &[u8], encoded: &[u8]) {
    let mut offset = 0;
    for chunk in decoded.utf8_chunks() {
        for character in chunk.valid().chars() {
            let width = character.len_utf8();
            if character.is_control() {
                push_encoded(out, encoded, offset, width);
            } else {
                out.push(character);
            }
            offset += width;
        }
        push_encoded(out, encoded, offset, chunk.invalid().len());
        offset += chunk.invalid().len();
    }
}

fn push_encoded(out: &mut String, encoded: &[u8], offset: usize, count: usize) {
    let escapes = encoded.get(offset * 3..(offset + count) * 3).unwrap_or_default();
    out.extend(escapes.iter().map(|&byte| char::from(byte)));
}

/// Text with control characters taken out: a value that a visitor's URL brings is cleaned, not refused.
pub(crate) fn without_controls(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> String {
        read(text, Accept::UrlOrPath, false).unwrap().page
    }

    fn hostname(text: &str) -> Option<String> {
        read(text, Accept::UrlOrPath, false).unwrap().hostname
    }

    #[test]
    fn a_page_is_the_path() {
        for (given, expected) in [
            ("https://example.com", "/"),
            ("https://example.com?x=1", "/"),
            ("https://example.com/a/b/?x=1#y", "/a/b/"),
            ("https://example.com//a", "//a"),
            ("/", "/"),
            ("", "/"),
            ("blog", "/blog"),
            ("/blog?x=1#y", "/blog"),
            ("//a//b", "//a//b"),
            ("/caf%C3%A9", "/café"),
            ("/café", "/café"),
            ("/a b", "/a b"),
            ("/a%20b", "/a b"),
            ("/%E9t%C3%A9", "/%E9té"),
            ("/100%", "/100%"),
            ("/a%2", "/a%2"),
            ("/a%zzb", "/a%zzb"),
            ("/%2541", "/%41"),
            ("/a%00b%0Ac%7f", "/a%00b%0Ac%7f"),
            ("/%C2%80x", "/%C2%80x"),
            ("/%F0%9F%A6%8A", "/🦊"),
            ("app://localhost/screen/home", "/screen/home"),
            ("app:home", "/home"),
            ("file:///C:/x.html", "/C:/x.html"),
            ("/a:b", "/a:b"),
            ("/{x}|\"<y>", "/{x}|\"<y>"),
        ] {
            assert_eq!(page(given), expected, "{given}");
        }
    }

    #[test]
    fn hash_routing_keeps_the_fragment() {
        let read = |text| read(text, Accept::Url, true).unwrap().page;
        assert_eq!(read("https://example.com/#/caf%C3%A9"), "/#/café");
        assert_eq!(read("https://example.com/a#"), "/a");
        assert_eq!(read("https://example.com/a?b#c"), "/a#c");
    }

    #[test]
    fn hostnames_have_one_form() {
        assert_eq!(hostname("https://WWW.Example.com:8443/x").as_deref(), Some("example.com"));
        assert_eq!(hostname("https://bücher.example/").as_deref(), Some("xn--bcher-kva.example"));
        assert_eq!(hostname("capacitor://localhost/").as_deref(), Some("localhost"));
        assert_eq!(hostname("app:/home").as_deref(), Some(NO_HOST));
        assert_eq!(hostname("file:///x").as_deref(), Some(NO_HOST));
        assert_eq!(hostname("/x"), None);
        assert_eq!(hostname("https://user:pass@example.com/").as_deref(), Some("example.com"));
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for given in ["data:text/html,x", "DATA:x", "javascript:alert(1)", "about:blank", "blob:https://a.b/c"] {
            assert_eq!(read(given, Accept::UrlOrPath, false), Err("scheme is not allowed"), "{given}");
        }
        for given in ["http://", "https://exa mple.com/", "https://[::1/"] {
            assert!(read(given, Accept::UrlOrPath, false).is_err(), "{given}");
        }
        assert!(read("/a\u{0}b", Accept::UrlOrPath, false).is_err());
        assert!(read("/a\nb", Accept::UrlOrPath, false).is_err());
        assert!(read("/a", Accept::Url, false).is_err());
        assert!(read("", Accept::Url, false).is_err());
    }

    #[test]
    fn query_pairs_are_decoded_and_cleaned() {
        let location = read("/?utm_source=a+b%00&ref=&ref=x&y", Accept::UrlOrPath, false).unwrap();
        assert_eq!(location.query("utm_source"), Some("a b"));
        assert_eq!(location.query("ref"), Some("x"));
        assert_eq!(location.query("y"), None);
    }

    #[test]
    fn no_control_character_gets_through() {
        for byte in 0..=u8::MAX {
            for text in [format!("/%{byte:02X}"), format!("/%C2%{byte:02x}"), format!("/x%{byte:02X}%41")] {
                assert!(!page(&text).chars().any(char::is_control), "{text}");
            }
        }
    }
}
