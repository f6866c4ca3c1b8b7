//! Each request has an id, in the log, in errors and in the answer's `x-request-id`.

use poem::http::{HeaderName, HeaderValue};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result};
use tracing::Instrument;

use crate::ids::new_id;

/// Where the answer has it.
pub(super) static HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request that is being answered; blank outside of one.
pub(crate) fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Gives each request its id.
pub(crate) struct RequestId;

impl<E: Endpoint> Middleware<E> for RequestId {
    type Output = WithRequestId<E>;

    fn transform(&self, inner: E) -> Self::Output {
        WithRequestId(inner)
    }
}

/// See [`RequestId`].
pub(crate) struct WithRequestId<E>(E);

impl<E: Endpoint> Endpoint for WithRequestId<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let id = new_id();
        let header = HeaderValue::from_str(&id).ok();
        let span = tracing::debug_span!("request", id = %id, method = %request.method());
        let path = request.uri().path().to_owned();
        let answer = async {
            let response = self.0.call(request).await?.into_response();
            tracing::debug!(%path, status = response.status().as_u16(), "answered");
            Ok::<_, poem::Error>(response)
        };
        let mut response = CURRENT.scope(id, answer.instrument(span)).await?;
        if let Some(header) = header {
            response.headers_mut().insert(HEADER.clone(), header);
        }
        Ok(response)
    }
}
