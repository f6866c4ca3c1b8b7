//! Whether the process lives, and whether it can do its work.

use std::sync::Arc;
use std::time::Duration;

use poem::http::StatusCode;
use poem::web::{Data, Json};
use poem::{IntoResponse, Response, handler};
use serde_json::json;
use tokio::time::timeout;

use crate::app::App;
use crate::ingest::Fate;

/// How long the database may take for a sign of life.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process answers.
#[handler]
pub(crate) fn alive() -> Response {
    Json(json!({"status": "ok"})).into_response()
}

/// Hits are taken, and migrations have run, or the process would not listen. A database that is away is told, but no reason to
/// send hits elsewhere: they are kept until it is back, and there is no other.
#[handler]
pub(crate) async fn ready(Data(app): Data<&Arc<App>>) -> Response {
    let database = matches!(timeout(PATIENCE, app.store.ping()).await, Ok(Ok(())));
    let figures = app.pipeline.ingest_figures();
    let ingest = app.pipeline.fate() != Fate::Refused;
    let status = if ingest { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let journal = json!({"hits": figures.journal.hits, "bytes": figures.journal.bytes});
    Json(json!({"database": database, "ingest": ingest, "journal": journal})).with_status(status).into_response()
}
