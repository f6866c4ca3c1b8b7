//! Starting the service, and ending it without losing a hit.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use poem::Server;
use poem::listener::Acceptor;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::app::App;
use crate::config::{BaseUrl, ServeConfig};
use crate::listen::{Careful, Lines};
use crate::{http, upkeep};

/// How long requests that are under way at the end may take.
const DRAIN: Duration = Duration::from_secs(5);

/// How long the connections to the database may take to end.
const CLOSE: Duration = Duration::from_secs(1);

/// A service that listens.
#[derive(Debug)]
pub struct Running {
    /// Where it listens; the port is the real one also when 0 was asked for.
    pub address: SocketAddr,
    /// Its public address.
    pub base_url: BaseUrl,
    server: JoinHandle<std::io::Result<()>>,
    upkeep: JoinHandle<()>,
    writer: JoinHandle<()>,
    app: Arc<App>,
}

/// Opens the database, listens, and serves until `shutdown` is ready.
///
/// # Errors
/// One line for the operator.
pub async fn start(
    config: &ServeConfig,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<Running, String> {
    let failed = |error: std::io::Error| format!("HARU_LISTEN: cannot listen on {}: {error}", config.listen);
    // The port first: an address that is taken is told before a database is touched.
    let lines = Lines::new();
    let acceptor = Careful::bind(config.listen, lines.clone()).map_err(failed)?;
    let address = acceptor.local_addr().first().and_then(|address| address.as_socket_addr().copied());
    let address = address.unwrap_or(config.listen);
    let mut config = config.clone();
    config.listen = address;
    let (app, writer) = App::start(&config, lines).await?;
    let base_url = app.base_url.clone();
    let routes = http::routes(&app);
    let upkeep = tokio::spawn(upkeep::run(app.clone()));
    let server =
        tokio::spawn(Server::new_with_acceptor(acceptor).run_with_graceful_shutdown(routes, shutdown, Some(DRAIN)));
    Ok(Running { address, base_url, server, upkeep, writer, app })
}

impl Running {
    /// Waits until the service was told to end, has answered what was under way, and has committed everything.
    ///
    /// # Errors
    /// One line for the operator.
    pub async fn finished(self) -> Result<(), String> {
        let served = self.server.await.map_err(|error| error.to_string())?;
        self.upkeep.abort();
        let _aborted = self.upkeep.await;
        let store = self.app.store.clone();
        self.app.pipeline.stop_ingest();
        drop(self.app);
        self.writer.await.map_err(|error| error.to_string())?;
        // A database that is away is not waited for: what it has not taken is in the journal.
        let _closed_in_time = timeout(CLOSE, store.close()).await;
        served.map_err(|error| error.to_string())
    }
}
