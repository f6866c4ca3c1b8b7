//! Servers that are killed and come back.

use std::net::SocketAddr;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::load::Addresses;
use crate::http::Connection;
use crate::server::{Haru, Server};

/// One or more nodes.
#[derive(Debug)]
pub(super) struct Nodes {
    harus: Vec<Haru>,
    servers: Vec<Option<Server>>,
    addresses: Addresses,
}

impl Nodes {
    /// Starts them.
    pub(super) async fn start(harus: Vec<Haru>) -> Result<Self, String> {
        let mut nodes = Self { harus: Vec::new(), servers: Vec::new(), addresses: Arc::default() };
        for haru in harus {
            nodes.add(haru).await?;
        }
        Ok(nodes)
    }

    /// Starts one more.
    pub(super) async fn add(&mut self, haru: Haru) -> Result<(), String> {
        let server = haru.start().await?;
        self.known().push(server.address);
        self.harus.push(haru);
        self.servers.push(Some(server));
        Ok(())
    }

    /// Where they listen.
    pub(super) fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    pub(super) fn haru(&self, node: usize) -> &Haru {
        &self.harus[node]
    }

    pub(super) fn address(&self, node: usize) -> Result<SocketAddr, String> {
        self.running(node).map(|server| server.address)
    }

    /// Number of the node's process.
    pub(super) fn process(&self, node: usize) -> Result<u32, String> {
        self.running(node)?.id()
    }

    /// Ends one with `kill -9`.
    pub(super) async fn kill(&mut self, node: usize) -> Result<(), String> {
        self.take(node)?.kill().await
    }

    /// Ends one politely.
    pub(super) async fn stop(&mut self, node: usize) -> Result<(), String> {
        let status = self.take(node)?.stop().await?;
        if status.success() { Ok(()) } else { Err(format!("a server ended with {status}")) }
    }

    /// Starts one again.
    pub(super) async fn begin(&mut self, node: usize) -> Result<(), String> {
        let server = self.harus[node].start().await?;
        self.known()[node] = server.address;
        self.servers[node] = Some(server);
        Ok(())
    }

    /// Ends all politely.
    pub(super) async fn stop_all(&mut self) -> Result<(), String> {
        for node in 0..self.servers.len() {
            self.stop(node).await?;
        }
        Ok(())
    }

    /// Returns when nothing waits in any journal.
    pub(super) async fn until_delivered(&self, patience: Duration) -> Result<(), String> {
        let began = Instant::now();
        for node in 0..self.servers.len() {
            while !self.is_delivered(node).await? {
                if began.elapsed() > patience {
                    return Err(format!("not delivered within {} s", patience.as_secs()));
                }
                sleep(Duration::from_millis(200)).await;
            }
        }
        Ok(())
    }

    async fn is_delivered(&self, node: usize) -> Result<bool, String> {
        let address = self.address(node)?;
        let failed = |error: std::io::Error| format!("GET /readyz: {error}");
        let mut connection = Connection::open(address).await.map_err(failed)?;
        let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\n\r\n");
        let answer = connection.send(request.as_bytes()).await.map_err(failed)?;
        let told =
            serde_json::from_slice::<serde_json::Value>(connection.body(&answer)).map_err(|error| error.to_string())?;
        Ok(answer.status == 200 && told["database"] == true && told["journal"]["hits"] == 0)
    }

    fn running(&self, node: usize) -> Result<&Server, String> {
        self.servers[node].as_ref().ok_or_else(|| "the node does not run".to_owned())
    }

    fn take(&mut self, node: usize) -> Result<Server, String> {
        self.servers[node].take().ok_or_else(|| "the node does not run".to_owned())
    }

    fn known(&self) -> MutexGuard<'_, Vec<SocketAddr>> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
