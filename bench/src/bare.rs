//! The other side of the comparison: a Poem route that reads the same body and answers 204, and does nothing else.

use std::net::SocketAddr;

use clap::Args;
use poem::http::StatusCode;
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{Body, Route, Server, handler, post};

/// Largest body that is read, as in `haru serve`.
const BODY_MAX: usize = 16 * 1024;

/// Serve a bare route that reads a body and answers 204 (the benchmark starts this by itself)
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR:PORT")]
    listen: SocketAddr,
}

/// Serves until the process is ended. The line that tells the address has the form that `haru serve` prints.
#[expect(clippy::print_stdout, reason = "the parent process reads the address there")]
pub(crate) async fn run(options: &Options) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot listen on {}: {error}", options.listen);
    let acceptor = TcpListener::bind(options.listen).into_acceptor().await.map_err(failed)?;
    let address = acceptor.local_addr().first().and_then(|address| address.as_socket_addr().copied());
    println!("A bare route is ready at http://{}/", address.unwrap_or(options.listen));
    let routes = Route::new().at("/api/collect", post(discard));
    Server::new_with_acceptor(acceptor).run(routes).await.map_err(failed)
}

#[handler]
async fn discard(body: Body) -> StatusCode {
    match body.into_bytes_limit(BODY_MAX).await {
        Ok(bytes) => {
            std::hint::black_box(&bytes);
            StatusCode::NO_CONTENT
        }
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE,
    }
}
