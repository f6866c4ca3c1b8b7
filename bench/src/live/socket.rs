//! A client that speaks `graphql-transport-ws`, as the webapp does.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async};

/// What the system may hold for a client that does not read.
const SLOW_BUFFER: u32 = 4_096;
/// What the webapp asks for on its dashboard.
const NUMBERS: [&str; 7] =
    ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration", "events"];
const PANELS: [&str; 20] = [
    "pages",
    "entry_pages",
    "exit_pages",
    "channels",
    "sources",
    "referrers",
    "utm_sources",
    "utm_mediums",
    "utm_campaigns",
    "utm_contents",
    "utm_terms",
    "countries",
    "regions",
    "cities",
    "languages",
    "browsers",
    "os",
    "screens",
    "devices",
    "events",
];

/// A connection that has proved who it is.
#[derive(Debug)]
pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Connects; one that is `slow` has the system hold as little as can be for it.
    pub(crate) async fn open(address: SocketAddr, access: &str, slow: bool) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("cannot connect: {error}");
        let socket = TcpSocket::new_v4().map_err(failed)?;
        if slow {
            socket.set_recv_buffer_size(SLOW_BUFFER).map_err(failed)?;
        }
        let stream = socket.connect(address).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let said = |error: tokio_tungstenite::tungstenite::Error| format!("no WebSocket: {error}");
        let mut request = format!("ws://{address}/graphql/ws").into_client_request().map_err(said)?;
        let protocol = "graphql-transport-ws".parse().map_err(|_| "a wrong header".to_owned())?;
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (stream, _) = client_async(request, stream).await.map_err(said)?;
        let mut socket = Self(stream);
        let greeting = json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {access}")}});
        socket.send(&greeting).await?;
        let answer = socket.next().await.ok_or("the connection was refused")?;
        if !answer.contains("connection_ack") {
            return Err(format!("the connection was refused: {answer}"));
        }
        Ok(socket)
    }

    /// Asks for what a dashboard shows of today, so many times over.
    pub(crate) async fn subscribe(&mut self, site: &str, times: usize) -> Result<(), String> {
        let variables = json!({"siteId": site, "query": {"date_range": "day"}});
        let payload = json!({"query": document(), "variables": variables});
        for number in 0..times {
            self.send(&json!({"id": number.to_string(), "type": "subscribe", "payload": payload})).await?;
        }
        Ok(())
    }

    /// A sign of life.
    pub(crate) async fn ping(&mut self) -> Result<(), String> {
        self.send(&json!({"type": "ping"})).await
    }

    /// The next text; none when the connection has ended.
    pub(crate) async fn next(&mut self) -> Option<Utf8Bytes> {
        loop {
            match self.0.next().await? {
                Ok(Message::Text(text)) => return Some(text),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    async fn send(&mut self, message: &Value) -> Result<(), String> {
        self.0.send(Message::text(message.to_string())).await.map_err(|error| error.to_string())
    }
}

/// The webapp's question, field by field.
fn document() -> String {
    let each = |fields: &[&str], selection: &str| {
        fields.iter().map(|field| format!("{field} {selection}")).collect::<Vec<_>>().join(" ")
    };
    let numbers = NUMBERS.join(" ");
    format!(
        "subscription LiveDashboard($siteId: ID!, $query: DashboardQuery!) {{ liveDashboard(siteId: $siteId, query: $query) {{ \
         site {{ id domain name timezone }} range {{ from to timezone }} comparison_range {{ from to timezone }} as_of online \
         totals {{ {} }} \
         time_series {{ interval labels partial_last now_index current {{ {numbers} }} previous {{ labels values {{ {numbers} }} }} }} \
         panels {{ {} }} drops {{ reason count }} notices }} }}",
        each(&NUMBERS, "{ value previous change }"),
        each(&PANELS, "{ dimension rows { value name visitors share } }"),
    )
}
