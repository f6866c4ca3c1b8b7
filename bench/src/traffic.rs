//! Hits as browsers send them: varied pages, visitors, addresses and user agents, built before the clock runs.

use std::net::{Ipv4Addr, SocketAddr};

use crate::numbers::{Random, Zipf};

/// Digits of an event's id.
const ID_DIGITS: usize = 16;
/// Pages of the site.
const PAGES: u64 = 400;
/// Distinct visitors.
const VISITORS: u64 = 20_000;

/// User agents of people, as they were common in 2026.
const AGENTS: [&str; 20] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36 Edg/147.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:149.0) Gecko/20100101 Firefox/149.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:149.0) Gecko/20100101 Firefox/149.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:149.0) Gecko/20100101 Firefox/149.0",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/147.0.7000.40 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Android 15; Mobile; rv:149.0) Gecko/149.0 Firefox/149.0",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36",
];

const REFERRERS: [&str; 6] = [
    "",
    "",
    "https://www.google.com/",
    "https://news.ycombinator.com/",
    "https://duckduckgo.com/",
    "https://www.reddit.com/r/webdev/",
];

const LANGUAGES: [&str; 5] = ["en-US,en;q=0.9", "en-GB,en;q=0.9", "de-DE,de;q=0.9,en;q=0.8", "pt-BR,pt;q=0.9", "ja"];

/// Where hits are sent.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The server.
    pub(crate) address: SocketAddr,
    /// Domain of the site.
    pub(crate) domain: String,
    /// Tracking token of the site.
    pub(crate) token: String,
}

/// A request whose event id is replaced each time before it is sent, so that no event is taken for a repetition.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    bytes: Vec<u8>,
    id_at: usize,
}

impl Hit {
    /// A pageview by one of the visitors.
    pub(crate) fn pageview(target: &Target, page: &str, visitor: u64) -> Self {
        let mut traits = Random::new(visitor ^ 0x5EED);
        let agent = traits.of(&AGENTS);
        let language = traits.of(&LANGUAGES);
        let referrer = traits.of(&REFERRERS);
        let width = traits.of(&[360_u32, 390, 414, 820, 1366, 1440, 1536, 1920, 2560]);
        let body = format!(
            r#"{{"p":"https://{}{page}","r":"{referrer}","n":"pageview","sw":{width},"sh":900,"id":"{}"}}"#,
            target.domain,
            "0".repeat(ID_DIGITS)
        );
        let head = format!(
            "POST /api/collect?t={} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {agent}\r\nAccept: */*\r\n\
             Accept-Language: {language}\r\nAccept-Encoding: gzip, deflate, br\r\nOrigin: https://{}\r\n\
             X-Forwarded-For: {}\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: {}\r\n\r\n",
            target.token,
            target.address,
            target.domain,
            address_of(visitor),
            body.len()
        );
        let id_at = head.len() + body.len() - ID_DIGITS - 2;
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body.as_bytes());
        Self { bytes, id_at }
    }

    /// The request with that event id.
    pub(crate) fn with_id(&mut self, id: u64) -> &[u8] {
        self.bytes[self.id_at..self.id_at + ID_DIGITS].copy_from_slice(format!("{id:016x}").as_bytes());
        &self.bytes
    }

    /// The request without an id: in its place are blanks, which JSON may have anywhere.
    pub(crate) fn without_id(mut self) -> Vec<u8> {
        const KEY: usize = r#","id":""#.len();
        self.bytes[self.id_at - KEY..=self.id_at + ID_DIGITS].fill(b' ');
        self.bytes
    }
}

/// Hits of one connection, used in turn: pageviews of the sites, which are visited by Zipf's law, the first most.
pub(crate) fn pool(targets: &[Target], size: usize, seed: u64) -> Vec<Hit> {
    let (mut random, ranks) = (Random::new(seed), Zipf::new(targets.len()));
    let hit = |_| {
        let target = &targets[ranks.draw(&mut random)];
        // The smallest of three draws: some pages are viewed far more often than others.
        let page = random.below(PAGES).min(random.below(PAGES)).min(random.below(PAGES));
        let visitor = random.below(VISITORS);
        Hit::pageview(target, &format!("/articles/{page}-a-page-of-a-common-length"), visitor)
    };
    (0..size).map(hit).collect()
}

/// A public address of its own for each visitor.
fn address_of(visitor: u64) -> Ipv4Addr {
    let spread = Random::new(visitor).next().to_be_bytes();
    // Networks that have been given out, so that looking the country up is the work that it is in life.
    let first =
        *Random::new(visitor ^ 1).of(&[2_u8, 18, 34, 46, 62, 77, 81, 88, 91, 109, 151, 177, 185, 189, 201, 213]);
    Ipv4Addr::new(first, spread[0], spread[1], spread[2].max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_the_length_it_states_and_its_id_can_be_changed() {
        let target =
            Target { address: ([127, 0, 0, 1], 1).into(), domain: "example.com".to_owned(), token: "T".to_owned() };
        let mut hit = Hit::pageview(&target, "/a", 7);
        let text = String::from_utf8(hit.with_id(0x0123_4567_89ab_cdef).to_vec()).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("head and body");
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{head}");
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(body["id"], "0123456789abcdef");
        assert_eq!(body["p"], "https://example.com/a");
    }
}
