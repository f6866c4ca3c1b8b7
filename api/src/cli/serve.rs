//! `haru serve`.

use std::io::IsTerminal;

use clap::Args;
use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, ServeConfig};

/// Answer requests until told to stop (SIGTERM or Ctrl-C)
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  haru serve\n  HARU_LISTEN=0.0.0.0:8080 HARU_BASE_URL=https://stats.example.com haru serve\n  \
    haru serve --database-url postgres://haru:secret@db/haru"
)]
pub(super) struct Serve {
    #[command(flatten)]
    config: ServeConfig,
}

impl Serve {
    #[expect(clippy::print_stdout, reason = "the address is the one thing that a person who starts it wants to see")]
    pub(super) async fn run(self) -> Result<(), String> {
        start_log(&self.config)?;
        let shutdown = signals()?;
        let running = crate::serve::start(&self.config, shutdown).await?;
        println!("Haru is ready at {}", running.base_url);
        running.finished().await
    }
}

fn start_log(config: &ServeConfig) -> Result<(), String> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| format!("HARU_LOG: {error}"))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}

/// Ready when the process is asked to end.
pub(super) fn signals() -> Result<impl Future<Output = ()> + Send + 'static, String> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error: std::io::Error| format!("cannot listen for signals: {error}");
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("shutting down");
    })
}
