//! The routes that pages and servers send events to. Open to every origin, without credentials.

use std::sync::Arc;

use poem::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use poem::web::Data;
use poem::{Body, Endpoint, IntoResponse, Middleware, Request, Response, handler};
use serde_json::json;

use super::{client, problem};
use crate::app::App;
use crate::collect::{ClientAddress, DropReason, FieldError, RequestFacts, is_do_not_track, is_prefetch};
use crate::ids::now_ms;
use crate::pipeline::{NotTaken, Taken};

/// Largest body of one hit.
pub(crate) const BODY_MAX: usize = 16 * 1024;

static DROPPED: HeaderName = HeaderName::from_static("x-haru-dropped");
static PLAUSIBLE_DROPPED: HeaderName = HeaderName::from_static("x-plausible-dropped");

/// A hit of our script: 200 when it is committed.
#[handler]
pub(crate) async fn collect(request: &Request, body: Body, Data(app): Data<&Arc<App>>) -> Response {
    let Some(token) = token(request) else { return refuse(NotTaken::UnknownToken) };
    let Ok(body) = body.into_bytes_limit(BODY_MAX).await else { return too_large() };
    let client = client::address(app, request);
    let facts = facts(request.headers(), &client);
    match app.pipeline.collect(&token, &body, &facts).await {
        Ok(Taken::Counted) => StatusCode::OK.into(),
        Ok(Taken::Dropped(reason)) => dropped(StatusCode::OK, reason),
        Err(refused) => refuse(refused),
    }
}

/// An event of a Plausible client: 202, also when it is not counted, which a header then says.
#[handler]
pub(crate) async fn event(request: &Request, body: Body, Data(app): Data<&Arc<App>>) -> Response {
    let client = client::address(app, request);
    if client::text(request.headers(), "x-debug-request") == Some("true") {
        return client.address.to_string().into_response();
    }
    let Ok(body) = body.into_bytes_limit(BODY_MAX).await else { return too_large() };
    let facts = facts(request.headers(), &client);
    match app.pipeline.event(&body, &facts).await {
        Ok(Taken::Counted) => (StatusCode::ACCEPTED, "ok").into_response(),
        Ok(Taken::Dropped(reason)) => {
            let mut response = dropped(StatusCode::ACCEPTED, reason);
            response.headers_mut().insert(PLAUSIBLE_DROPPED.clone(), HeaderValue::from_static("1"));
            response
        }
        Err(refused) => refuse(refused),
    }
}

/// Answer to a browser that asks whether it may send something other than plain text.
#[handler]
pub(crate) fn preflight() -> Response {
    Response::builder()
        .status(StatusCode::NO_CONTENT)
        .header(header::ACCESS_CONTROL_ALLOW_METHODS, "POST, OPTIONS")
        .header(header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type")
        .header(header::ACCESS_CONTROL_MAX_AGE, "86400")
        .finish()
}

/// Lets every origin read the answer: there is nothing in it but whether the hit arrived.
pub(crate) struct OpenToAll;

impl<E: Endpoint> Middleware<E> for OpenToAll {
    type Output = OpenedToAll<E>;

    fn transform(&self, inner: E) -> Self::Output {
        OpenedToAll(inner)
    }
}

/// See [`OpenToAll`].
pub(crate) struct OpenedToAll<E>(E);

impl<E: Endpoint> Endpoint for OpenedToAll<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        Ok(open(self.0.get_response(request).await))
    }
}

fn open(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after, x-haru-dropped"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// From `Authorization: Bearer`, else from `?t=`.
fn token(request: &Request) -> Option<String> {
    if let Some(header) = client::text(request.headers(), header::AUTHORIZATION) {
        return header.strip_prefix("Bearer ").map(|token| token.trim().to_owned());
    }
    let query = request.uri().query()?;
    url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "t").map(|(_, token)| token.into_owned())
}

fn facts<'a>(headers: &'a HeaderMap, client: &'a ClientAddress) -> RequestFacts<'a> {
    let text = |name: &'static str| client::text(headers, name);
    RequestFacts {
        address: Some(client.address),
        user_agent: text("user-agent").unwrap_or_default(),
        accept_language: text("accept-language"),
        origin: text("origin"),
        referer: text("referer"),
        proxy_country: client.country.as_deref(),
        do_not_track: is_do_not_track(text("dnt"), text("sec-gpc")),
        prefetch: is_prefetch(
            text("sec-purpose").or_else(|| text("purpose")).or_else(|| text("x-purpose")).or_else(|| text("x-moz")),
        ),
        now_ms: now_ms(),
    }
}

fn dropped(status: StatusCode, reason: DropReason) -> Response {
    Response::builder().status(status).header(DROPPED.clone(), reason.as_str()).finish()
}

fn too_large() -> Response {
    json_answer(StatusCode::PAYLOAD_TOO_LARGE, &json!({"error": "body_too_large", "max_bytes": BODY_MAX}))
}

fn refuse(refused: NotTaken) -> Response {
    match refused {
        NotTaken::Invalid(errors) => json_answer(StatusCode::BAD_REQUEST, &field_errors(&errors)),
        NotTaken::UnknownToken => json_answer(StatusCode::UNAUTHORIZED, &json!({"error": "unknown_token"})),
        NotTaken::TooMany(seconds) => {
            retry_after(StatusCode::TOO_MANY_REQUESTS, &json!({"error": "rate_limit_exceeded"}), seconds)
        }
        NotTaken::Unavailable => {
            retry_after(StatusCode::SERVICE_UNAVAILABLE, &json!({"error": "unavailable"}), problem::RETRY_AFTER)
        }
    }
}

/// `{"errors":{"url":["is required"]}}`, the form that Plausible's clients know.
fn field_errors(errors: &[FieldError]) -> serde_json::Value {
    let mut by_field = serde_json::Map::new();
    for error in errors {
        let messages = by_field.entry(error.field.clone()).or_insert_with(|| json!([]));
        if let Some(messages) = messages.as_array_mut() {
            messages.push(json!(error.message));
        }
    }
    json!({ "errors": by_field })
}

fn json_answer(status: StatusCode, body: &serde_json::Value) -> Response {
    Response::builder().status(status).content_type("application/json").body(body.to_string())
}

fn retry_after(status: StatusCode, body: &serde_json::Value, seconds: u64) -> Response {
    let mut response = json_answer(status, body);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}
