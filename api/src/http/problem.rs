//! Domain errors as HTTP: `application/problem+json` (RFC 9457) with the request's id.

use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Error as PoemError, IntoResponse, Response};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};

use super::request_id;
use crate::collect::FieldError;
use crate::error::Error;

/// What is wrong with one field of the request.
#[derive(Clone, Debug, Object)]
#[oai(rename = "FieldProblem")]
pub(crate) struct FieldProblem {
    /// Name of the field, as in the request.
    pub(crate) field: String,
    /// What is wrong with it.
    pub(crate) message: String,
}

/// An error, as RFC 9457 has it.
#[derive(Clone, Debug, Object)]
#[oai(rename = "ProblemDetails", skip_serializing_if_is_none)]
pub(crate) struct ProblemDetails {
    /// Stable name of the kind of error.
    #[oai(rename = "type")]
    pub(crate) kind: String,
    /// The kind in words.
    pub(crate) title: String,
    /// HTTP status.
    pub(crate) status: u16,
    /// What happened here.
    pub(crate) detail: String,
    /// The same as `detail`, for clients that look for it under this name.
    pub(crate) error: String,
    /// Field by field, when the request's values are wrong.
    pub(crate) errors: Option<Vec<FieldProblem>>,
    /// Quote this when you ask for help.
    pub(crate) request_id: String,
}

/// Every error that a route of the API answers with.
#[derive(Clone, Debug, ApiResponse)]
pub(crate) enum Problem {
    /// The request can't be read.
    #[oai(status = 400, content_type = "application/problem+json")]
    BadRequest(Json<ProblemDetails>),
    /// Nobody is logged in, or the login has ended; or a share link asks for its password.
    #[oai(status = 401, content_type = "application/problem+json")]
    Unauthorized(Json<ProblemDetails>),
    /// You may see this but not do that with it, your API token lacks the scope for it, or the share link does not show it.
    #[oai(status = 403, content_type = "application/problem+json")]
    Forbidden(Json<ProblemDetails>),
    /// There is no such thing that you may see.
    #[oai(status = 404, content_type = "application/problem+json")]
    NotFound(Json<ProblemDetails>),
    /// A name that must be unique is taken.
    #[oai(status = 409, content_type = "application/problem+json")]
    Conflict(Json<ProblemDetails>),
    /// The body is too large.
    #[oai(status = 413, content_type = "application/problem+json")]
    TooLarge(Json<ProblemDetails>),
    /// Some values are not allowed.
    #[oai(status = 422, content_type = "application/problem+json")]
    Invalid(Json<ProblemDetails>),
    /// Too many requests.
    #[oai(status = 429, content_type = "application/problem+json")]
    TooMany(
        Json<ProblemDetails>,
        /// Seconds to wait.
        #[oai(header = "Retry-After")]
        u64,
    ),
    /// A fault of ours.
    #[oai(status = 500, content_type = "application/problem+json")]
    Internal(Json<ProblemDetails>),
    /// The database can't answer now.
    #[oai(status = 503, content_type = "application/problem+json")]
    Unavailable(
        Json<ProblemDetails>,
        /// Seconds to wait.
        #[oai(header = "Retry-After")]
        u64,
    ),
}

/// Seconds after which a client may ask again when the database was not available.
pub(crate) const RETRY_AFTER: u64 = 2;

fn details(kind: &str, title: &str, status: StatusCode, detail: impl Into<String>) -> ProblemDetails {
    let detail = detail.into();
    ProblemDetails {
        kind: format!("urn:haru:problem:{kind}"),
        title: title.to_owned(),
        status: status.as_u16(),
        error: detail.clone(),
        detail,
        errors: None,
        request_id: request_id::current(),
    }
}

/// A query that is wrong, or too much, in that key.
fn bad_query(key: &str, detail: String) -> ProblemDetails {
    let field = FieldError { field: key.to_owned(), message: detail.clone() };
    with_fields(details("bad-query", "The query cannot be answered", StatusCode::BAD_REQUEST, detail), vec![field])
}

fn with_fields(mut body: ProblemDetails, errors: Vec<FieldError>) -> ProblemDetails {
    let fields = errors.into_iter().map(|error| FieldProblem { field: error.field, message: error.message });
    body.errors = Some(fields.collect());
    body
}

impl Problem {
    /// A request that can't be read.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::BadRequest(Json(details("bad-request", "The request cannot be read", StatusCode::BAD_REQUEST, detail)))
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::NotFound(_) => {
                Self::NotFound(Json(details("not-found", "Not found", StatusCode::NOT_FOUND, detail)))
            }
            Error::Unauthenticated(_) => {
                Self::Unauthorized(Json(details("unauthenticated", "Not logged in", StatusCode::UNAUTHORIZED, detail)))
            }
            Error::SecondFactor(_) => {
                let title = "The second factor is needed";
                Self::Unauthorized(Json(details("second-factor", title, StatusCode::UNAUTHORIZED, detail)))
            }
            Error::SharePassword => {
                let body = details("share-password", "A password is needed", StatusCode::UNAUTHORIZED, detail);
                Self::Unauthorized(Json(body))
            }
            Error::Forbidden(_) => {
                Self::Forbidden(Json(details("forbidden", "Not allowed", StatusCode::FORBIDDEN, detail)))
            }
            Error::Query(error) if error.is_not_allowed() => {
                let field = FieldError { field: error.key().to_owned(), message: detail.clone() };
                let body = details("forbidden", "Not allowed", StatusCode::FORBIDDEN, detail);
                Self::Forbidden(Json(with_fields(body, vec![field])))
            }
            Error::Query(error) => Self::BadRequest(Json(bad_query(error.key(), detail))),
            Error::Budget(error) => Self::BadRequest(Json(bad_query(error.key(), detail))),
            Error::Invalid(errors) => {
                let body = details("invalid", "Some values are not allowed", StatusCode::UNPROCESSABLE_ENTITY, detail);
                Self::Invalid(Json(with_fields(body, errors)))
            }
            Error::Conflict(error) => {
                let detail = format!("{} {}", error.field, error.message);
                let body = details("conflict", "Conflict", StatusCode::CONFLICT, detail);
                Self::Conflict(Json(with_fields(body, vec![error])))
            }
            Error::TooMany { retry_after } => Self::TooMany(
                Json(details("too-many", "Too many requests", StatusCode::TOO_MANY_REQUESTS, detail)),
                retry_after,
            ),
            Error::Unavailable => Self::Unavailable(
                Json(details("unavailable", "Not available now", StatusCode::SERVICE_UNAVAILABLE, detail)),
                RETRY_AFTER,
            ),
            Error::Internal(what) => {
                tracing::error!(error = %what, "a request failed");
                Self::Internal(Json(details(
                    "internal",
                    "A fault of ours",
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "something went wrong; the log knows more",
                )))
            }
        }
    }
}

/// A panic in one request is that request's error, and nobody else's.
pub(crate) fn of_panic(_what: Box<dyn std::any::Any + Send>) -> Problem {
    Error::internal("a request panicked").into()
}

/// Errors that never reached a handler (no such route, a body that is no JSON, a panic) in the same form.
pub(crate) async fn from_poem(error: PoemError) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    let status = error.status();
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let body = details("too-large", "The body is too large", status, error.to_string());
        return Problem::TooLarge(Json(body)).into_response();
    }
    let body = if error.is::<NotFoundError>() {
        details("not-found", "Not found", status, "there is nothing at this address")
    } else if error.is::<MethodNotAllowedError>() {
        details("method-not-allowed", "Method not allowed", status, "this address takes other methods")
    } else if status == StatusCode::UNAUTHORIZED {
        details("unauthenticated", "Not logged in", status, "an access token is required")
    } else if status.is_client_error() {
        details("bad-request", "The request cannot be read", status, error.to_string())
    } else {
        tracing::error!(%error, "a request failed");
        details("internal", "A fault of ours", status, "something went wrong; the log knows more")
    };
    let mut response = Json(body).into_response();
    response.set_status(status);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}
