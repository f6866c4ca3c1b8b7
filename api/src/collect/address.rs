//! The client's address.
//!
//! Rule: a forwarded header is believed only when the peer that sent it is a configured proxy. `X-Forwarded-For` is
//! walked from the right, past trusted hops; the first address that is not a trusted proxy is the client. Anything that
//! is not an address ends the walk, because what stands left of it can't be attributed to a hop we know.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// The header that carries the chain of hops.
const CHAIN_HEADER: &str = "x-forwarded-for";

/// Other headers by which proxies forward an address. Their values are not used; their presence shows a proxy.
const OTHER_FORWARDED_HEADERS: [&str; 4] = ["forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip"];

/// Headers in which proxies state the client's country, most specific first.
const COUNTRY_HEADERS: [&str; 6] = [
    "cf-ipcountry",
    "x-country-code",
    "cloudfront-viewer-country",
    "x-vercel-ip-country",
    "x-appengine-country",
    "x-geoip-country",
];

/// What a request says about where it came from; none of it is believed yet.
#[derive(Default)]
pub(crate) struct ForwardedHeaders<'h> {
    /// The lines of `X-Forwarded-For`, in the order received.
    chain: Vec<&'h str>,
    /// Whether any header that forwards an address is present.
    present: bool,
    country: Option<&'h str>,
}

impl<'h> ForwardedHeaders<'h> {
    /// Picks the headers that matter out of a request's, names in lower case.
    pub(crate) fn read(headers: impl Iterator<Item = (&'h str, &'h str)>) -> Self {
        let mut read = Self::default();
        let mut rank = COUNTRY_HEADERS.len();
        for (name, value) in headers {
            if name == CHAIN_HEADER {
                read.chain.push(value);
                read.present = true;
            } else if OTHER_FORWARDED_HEADERS.contains(&name) {
                read.present = true;
            } else if let Some(better) = COUNTRY_HEADERS[..rank].iter().position(|known| *known == name) {
                rank = better;
                read.country = Some(value);
            }
        }
        read
    }
}

/// Where a request came from, as far as it can be believed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ClientAddress {
    /// The client's address; IPv4 in IPv6 form is normalised to IPv4.
    pub(crate) address: IpAddr,
    /// ISO 3166-1 code from a trusted proxy's header.
    pub(crate) country: Option<String>,
    /// A forwarded header came from a private or loopback peer that is not trusted: most likely a proxy that nobody
    /// configured, behind which everyone would be one visitor. Worth one notice.
    pub(crate) untrusted_forwarded: bool,
}

impl std::fmt::Debug for ClientAddress {
    /// Leaves the address out: `Debug` output ends in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientAddress")
            .field("country", &self.country)
            .field("untrusted_forwarded", &self.untrusted_forwarded)
            .finish_non_exhaustive()
    }
}

/// Finds the client's address from the peer of the connection, the headers, and the proxies that are trusted.
pub(crate) fn client_address(peer: IpAddr, headers: &ForwardedHeaders<'_>, trusted: &[IpNet]) -> ClientAddress {
    let peer = peer.to_canonical();
    if !is_trusted(peer, trusted) {
        return ClientAddress { address: peer, country: None, untrusted_forwarded: headers.present && is_local(peer) };
    }
    let mut address = peer;
    let hops = headers.chain.iter().rev().flat_map(|line| line.rsplit(','));
    for hop in hops {
        let Some(hop) = parse_hop(hop) else { break };
        address = hop;
        if !is_trusted(hop, trusted) {
            break;
        }
    }
    ClientAddress { address, country: headers.country.and_then(country_code), untrusted_forwarded: false }
}

/// A two-letter country code in upper case. The codes that proxies use for "unknown" and for Tor are none.
pub(crate) fn country_code(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    let letters = code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    (letters && !matches!(code.as_str(), "XX" | "ZZ")).then_some(code)
}

/// One hop: an address, perhaps in quotes or brackets, perhaps with a port.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"').trim();
    let address = text
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()))
        .or_else(|error| text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).ok_or(error)?.parse())
        .ok()?;
    Some(address.to_canonical())
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|net| net.contains(&address))
}

/// Loopback, private, link-local or shared (carrier-grade NAT) addresses: where unconfigured proxies live.
fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(peer: &str, chain: &[&str], trusted: &[&str]) -> ClientAddress {
        let headers = ForwardedHeaders { chain: chain.to_vec(), present: !chain.is_empty(), country: Some("br") };
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted)
    }

    fn address(peer: &str, chain: &[&str], trusted: &[&str]) -> String {
        find(peer, chain, trusted).address.to_string()
    }

    #[test]
    fn a_header_of_an_untrusted_peer_is_not_believed() {
        let found = find("203.0.113.9", &["198.51.100.1"], &["10.0.0.0/8"]);
        assert_eq!(found.address.to_string(), "203.0.113.9");
        assert_eq!(found.country, None);
        assert!(!found.untrusted_forwarded, "a public peer is a client that makes things up");
    }

    #[test]
    fn an_untrusted_local_peer_with_a_header_is_worth_a_notice() {
        for peer in ["127.0.0.1", "10.1.2.3", "::1", "fd00::1", "100.64.0.9", "::ffff:192.168.1.1"] {
            assert!(find(peer, &["198.51.100.1"], &[]).untrusted_forwarded, "{peer}");
            assert!(!find(peer, &[], &[]).untrusted_forwarded, "{peer}");
        }
        assert!(!find("127.0.0.1", &["198.51.100.1"], &["127.0.0.1/32"]).untrusted_forwarded);
    }

    #[test]
    fn the_walk_goes_from_the_right_past_trusted_hops() {
        let trusted = ["10.0.0.0/8", "2001:db8::/32"];
        assert_eq!(address("10.0.0.1", &[], &trusted), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &["198.51.100.1"], &trusted), "198.51.100.1");
        assert_eq!(address("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.7"], &trusted), "198.51.100.1");
        assert_eq!(address("10.0.0.1", &["1.1.1.1", "198.51.100.1,10.0.0.7"], &trusted), "198.51.100.1");
        assert_eq!(address("10.0.0.1", &["10.0.0.9, 10.0.0.7"], &trusted), "10.0.0.9");
        assert_eq!(address("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], &trusted), "198.51.100.1");
        assert_eq!(address("2001:db8::5", &["2a00::1"], &trusted), "2a00::1");
    }

    #[test]
    fn ports_brackets_and_quotes_are_tolerated_and_garbage_stops_the_walk() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(address("10.0.0.1", &["198.51.100.1:4711"], &trusted), "198.51.100.1");
        assert_eq!(address("10.0.0.1", &["[2a00::1]:443"], &trusted), "2a00::1");
        assert_eq!(address("10.0.0.1", &["[2a00::1]"], &trusted), "2a00::1");
        assert_eq!(address("10.0.0.1", &["\"[2a00::1]:443\""], &trusted), "2a00::1");
        assert_eq!(address("10.0.0.1", &["198.51.100.1, unknown"], &trusted), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &["198.51.100.1, , 10.0.0.7"], &trusted), "10.0.0.7");
        assert_eq!(address("10.0.0.1", &[""], &trusted), "10.0.0.1");
    }

    #[test]
    fn a_trusted_proxy_may_state_the_country() {
        assert_eq!(find("10.0.0.1", &[], &["10.0.0.0/8"]).country.as_deref(), Some("BR"));
        assert_eq!(country_code("XX"), None);
        assert_eq!(country_code("T1"), None);
        assert_eq!(country_code("Brazil"), None);
    }

    #[test]
    fn headers_are_picked_by_name() {
        let headers =
            [("x-geoip-country", "FR"), ("x-real-ip", "1.2.3.4"), ("x-country-code", "DE"), ("accept", "*/*")];
        let read = ForwardedHeaders::read(headers.into_iter());
        assert!(read.present && read.chain.is_empty());
        assert_eq!(read.country, Some("DE"), "the most specific one");
        assert!(!ForwardedHeaders::read([("x-country-code", "DE")].into_iter()).present);
    }

    #[test]
    fn debug_output_holds_no_address() {
        let text = format!("{:?}", find("203.0.113.9", &[], &[]));
        assert!(!text.contains("203.0.113"), "{text}");
    }
}
