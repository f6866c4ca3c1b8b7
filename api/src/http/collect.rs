//! The routes that pages send events to. Open to every origin, without credentials.
//!
//! They stand apart from all others: the layers that those share cost more than it takes to read a hit.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use poem::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use poem::middleware::CatchPanic;
use poem::{Body, Endpoint, EndpointExt, IntoResponse, Middleware, Request, Response, handler, post};
use serde_json::json;

use super::{client, problem};
use crate::app::App;
use crate::collect::{ClientAddress, DropReason, FieldError, RequestFacts, is_do_not_track, is_prefetch};
use crate::ids::now_ms;
use crate::pipeline::{NotTaken, RefusalReason, Taken};

/// Largest body of one hit.
pub(crate) const BODY_MAX: usize = 16 * 1024;

static DROPPED: HeaderName = HeaderName::from_static("x-haru-dropped");
static PLAUSIBLE_DROPPED: HeaderName = HeaderName::from_static("x-plausible-dropped");

/// Takes hits of our script: 200 when one is committed.
pub(crate) struct Collect(Arc<App>);

/// Takes events of Plausible clients: 202, also when one is not counted, which a header then says.
pub(crate) struct Event(Arc<App>);

/// `POST /api/collect`.
pub(crate) fn collect(app: &Arc<App>) -> impl Endpoint<Output = Response> + use<> {
    opened(Collect(app.clone()))
}

/// `POST /api/event`.
pub(crate) fn event(app: &Arc<App>) -> impl Endpoint<Output = Response> + use<> {
    opened(Event(app.clone()))
}

fn opened(endpoint: impl Endpoint<Output = Response> + 'static) -> impl Endpoint<Output = Response> {
    let guarded = endpoint.with(CatchPanic::new().with_handler(of_panic));
    post(guarded).options(preflight).with(OpenToAll)
}

impl Endpoint for Collect {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let app = &self.0;
        let body = request.take_body();
        let client = client::address(app, &request);
        let facts = facts(request.headers(), &client);
        let Some(token) = token(&request) else {
            app.pipeline.refuse_unread(RefusalReason::NoToken, &facts);
            return Ok(refuse(NotTaken::UnknownToken));
        };
        let Some(body) = read(body).await else {
            app.pipeline.refuse_unread(RefusalReason::BadRequest, &facts);
            return Ok(too_large());
        };
        Ok(match app.pipeline.collect(&token, &body, &facts).await {
            Ok(Taken::Counted) => StatusCode::OK.into(),
            Ok(Taken::Dropped(reason)) => dropped(StatusCode::OK, reason),
            Err(refused) => refuse(refused),
        })
    }
}

impl Endpoint for Event {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let app = &self.0;
        let body = request.take_body();
        let client = client::address(app, &request);
        if client::text(request.headers(), "x-debug-request") == Some("true") {
            return Ok(client.address.to_string().into_response());
        }
        let facts = facts(request.headers(), &client);
        let Some(body) = read(body).await else {
            app.pipeline.refuse_unread(RefusalReason::BadRequest, &facts);
            return Ok(too_large());
        };
        Ok(match app.pipeline.event(&body, &facts).await {
            Ok(Taken::Counted) => (StatusCode::ACCEPTED, "ok").into_response(),
            Ok(Taken::Dropped(reason)) => {
                let mut response = dropped(StatusCode::ACCEPTED, reason);
                response.headers_mut().insert(PLAUSIBLE_DROPPED.clone(), HeaderValue::from_static("1"));
                response
            }
            Err(refused) => refuse(refused),
        })
    }
}

/// Answer to a browser that asks whether it may send something other than plain text.
#[handler]
fn preflight() -> Response {
    Response::builder()
        .status(StatusCode::NO_CONTENT)
        .header(header::ACCESS_CONTROL_ALLOW_METHODS, "POST, OPTIONS")
        .header(header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type")
        .header(header::ACCESS_CONTROL_MAX_AGE, "86400")
        .finish()
}

/// Lets every origin read the answer: there is nothing in it but whether the hit arrived.
struct OpenToAll;

impl<E: Endpoint> Middleware<E> for OpenToAll {
    type Output = OpenedToAll<E>;

    fn transform(&self, inner: E) -> Self::Output {
        OpenedToAll(inner)
    }
}

/// See [`OpenToAll`].
struct OpenedToAll<E>(E);

impl<E: Endpoint> Endpoint for OpenedToAll<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        Ok(open(self.0.get_response(request).await))
    }
}

fn open(mut response: Response) -> Response {
    let status = response.status();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if headers.contains_key(&DROPPED) || status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        let readable = HeaderValue::from_static("retry-after, x-haru-dropped");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, readable);
    }
    response
}

/// The whole body, unless it is too large. It nearly always comes as one piece, which is not copied then.
async fn read(body: Body) -> Option<Bytes> {
    let mut pieces = body.into_bytes_stream();
    let mut whole = Bytes::new();
    while let Some(piece) = pieces.try_next().await.ok()? {
        if whole.len() + piece.len() > BODY_MAX {
            return None;
        }
        whole = if whole.is_empty() { piece } else { [whole, piece].concat().into() };
    }
    Some(whole)
}

/// From `Authorization: Bearer`, else from `?t=`.
fn token(request: &Request) -> Option<Cow<'_, str>> {
    if let Some(header) = client::text(request.headers(), header::AUTHORIZATION) {
        return header.strip_prefix("Bearer ").map(|token| token.trim().into());
    }
    let query = request.uri().query()?;
    url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "t").map(|(_, token)| token)
}

fn facts<'a>(headers: &'a HeaderMap, client: &'a ClientAddress) -> RequestFacts<'a> {
    let mut facts = RequestFacts {
        address: Some(client.address),
        proxy_country: client.country.as_deref(),
        now_ms: now_ms(),
        ..RequestFacts::default()
    };
    // One pass: to look each name up costs more than to go by all that there are.
    for (name, text) in client::texts(headers).filter(|(_, text)| !text.is_empty()) {
        match name {
            "user-agent" => facts.user_agent = text,
            "accept-language" => facts.accept_language = Some(text),
            "origin" => facts.origin = Some(text),
            "referer" => facts.referer = Some(text),
            "dnt" | "sec-gpc" => facts.do_not_track |= is_do_not_track(text),
            "sec-purpose" | "purpose" | "x-purpose" | "x-moz" => facts.prefetch |= is_prefetch(text),
            _ => {}
        }
    }
    facts
}

fn dropped(status: StatusCode, reason: DropReason) -> Response {
    tracing::debug!(reason = reason.as_str(), "a hit was dropped");
    Response::builder().status(status).header(DROPPED.clone(), reason.as_str()).finish()
}

/// A panic in one hit is that hit's error; here in the form of this module's answers.
fn of_panic(_what: Box<dyn std::any::Any + Send>) -> Response {
    json_answer(StatusCode::INTERNAL_SERVER_ERROR, &json!({"error": "internal"}))
}

fn too_large() -> Response {
    json_answer(StatusCode::PAYLOAD_TOO_LARGE, &json!({"error": "body_too_large", "max_bytes": BODY_MAX}))
}

fn refuse(refused: NotTaken) -> Response {
    let response = refusal(refused);
    tracing::debug!(status = response.status().as_u16(), "a hit was refused");
    response
}

fn refusal(refused: NotTaken) -> Response {
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
