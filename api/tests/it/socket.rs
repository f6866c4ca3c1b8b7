//! A connection that speaks `graphql-transport-ws`.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::Haru;

pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub(crate) async fn open(haru: &Haru) -> Self {
        let mut request =
            format!("{}/graphql/ws", haru.base.replace("http", "ws")).into_client_request().expect("a request");
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
        Self(connect_async(request).await.expect("a connection").0)
    }

    pub(crate) async fn connected(haru: &Haru) -> Self {
        let mut socket = Self::open(haru).await;
        socket
            .send(json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {}", haru.token)}}))
            .await;
        assert_eq!(socket.next().await.expect("an answer")["type"], "connection_ack");
        socket
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.expect("sent");
    }

    /// Sends what may not arrive; false when the connection has ended.
    pub(crate) async fn try_send(&mut self, message: Value) -> bool {
        self.0.send(Message::text(message.to_string())).await.is_ok()
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({"id": id, "type": "subscribe", "payload": {"query": query}})).await;
    }

    /// The next message that is JSON; none when the connection ended.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            let message =
                tokio::time::timeout(Duration::from_secs(20), self.0.next()).await.expect("a message in time");
            match message? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).expect("JSON")),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Waits for a value of a subscription that satisfies.
    pub(crate) async fn until(&mut self, id: &str, good: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.next().await.expect("the connection lives");
            assert_eq!(message["type"], "next", "{message}");
            if message["id"] == id && good(&message["payload"]["data"]) {
                return message["payload"]["data"].clone();
            }
        }
    }
}
