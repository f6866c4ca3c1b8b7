//! Whether the process lives, and whether it can do its work.

use std::sync::Arc;

use poem::http::StatusCode;
use poem::web::{Data, Json};
use poem::{IntoResponse, Response, handler};
use serde_json::json;

use crate::app::App;

/// The process answers.
#[handler]
pub(crate) fn alive() -> Response {
    Json(json!({"status": "ok"})).into_response()
}

/// The database answers and hits are committed; migrations have run, or the process would not listen.
#[handler]
pub(crate) async fn ready(Data(app): Data<&Arc<App>>) -> Response {
    let database = app.store.ping().await.is_ok();
    let ingest = app.pipeline.is_healthy();
    let status = if database && ingest { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Json(json!({"database": database, "ingest": ingest})).with_status(status).into_response()
}
