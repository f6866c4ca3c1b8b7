//! Who is calling, as far as HTTP tells: the client's address past trusted proxies, and the header words that matter.

use std::net::IpAddr;

use poem::Request;
use poem::http::{HeaderMap, header};

use crate::app::App;
use crate::collect::{ClientAddress, ForwardedHeaders, client_address};
use crate::pipeline::client_network;

/// The client's address; connections without one (tests over memory) count as unspecified.
pub(crate) fn address(app: &App, request: &Request) -> ClientAddress {
    let peer = peer(request);
    let client = client_address(peer, &forwarded(request.headers()), &app.trusted_proxies);
    if client.untrusted_forwarded {
        app.pipeline.note_untrusted_forwarded(peer);
    }
    client
}

/// The network that limits of the client's address count by.
pub(crate) fn network(app: &App, request: &Request) -> IpAddr {
    client_network(address(app, request).address)
}

/// The other end of the connection.
fn peer(request: &Request) -> IpAddr {
    let address = request.remote_addr().as_socket_addr();
    address.map_or(IpAddr::from([0, 0, 0, 0]), std::net::SocketAddr::ip)
}

fn forwarded(headers: &HeaderMap) -> ForwardedHeaders<'_> {
    ForwardedHeaders::read(texts(headers))
}

/// All headers that are text, names in lower case.
pub(crate) fn texts(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
}

/// A header as text; blank and unreadable ones are none.
pub(crate) fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty())
}

/// The kind of client, such as `Firefox on Mac`, never its full user agent.
pub(crate) fn kind(app: &App, headers: &HeaderMap) -> String {
    app.pipeline.client_kind(text(headers, header::USER_AGENT).unwrap_or_default())
}
