//! Reads the body of a request up to a bound, so that no handler ever holds more.

use std::pin::pin;

use poem::error::{ReadBodyError, ResponseError};
use poem::http::StatusCode;
use poem::{Body, Endpoint, Middleware, Request, Result};
use tokio::io::AsyncReadExt;

/// Times the limit that is read and thrown away of a body that is too large.
const DISCARDED: u64 = 4;

/// A body that is larger than the route takes.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the body is larger than the {limit} bytes that this route takes")]
pub(crate) struct BodyTooLarge {
    limit: usize,
}

impl ResponseError for BodyTooLarge {
    fn status(&self) -> StatusCode {
        StatusCode::PAYLOAD_TOO_LARGE
    }
}

/// Refuses larger bodies with 413, whether or not they say their length.
pub(crate) struct BodyLimit(pub(crate) usize);

impl<E: Endpoint> Middleware<E> for BodyLimit {
    type Output = WithBodyLimit<E>;

    fn transform(&self, inner: E) -> Self::Output {
        WithBodyLimit { limit: self.0, inner }
    }
}

/// See [`BodyLimit`].
pub(crate) struct WithBodyLimit<E> {
    limit: usize,
    inner: E,
}

impl<E: Endpoint> Endpoint for WithBodyLimit<E> {
    type Output = E::Output;

    async fn call(&self, mut request: Request) -> Result<E::Output> {
        let says = request.header("content-length").and_then(|length| length.parse::<usize>().ok());
        if says.is_some_and(|length| length > self.limit) {
            // A client that is still sending would see a broken connection instead of the answer.
            let rest = request.take_body().into_async_read().take(self.limit as u64 * DISCARDED);
            let _read_or_not = tokio::io::copy(&mut pin!(rest), &mut tokio::io::sink()).await;
            return Err(BodyTooLarge { limit: self.limit }.into());
        }
        let body = match request.take_body().into_bytes_limit(self.limit).await {
            Err(ReadBodyError::PayloadTooLarge) => return Err(BodyTooLarge { limit: self.limit }.into()),
            read => read?,
        };
        request.set_body(Body::from_bytes(body));
        self.inner.call(request).await
    }
}
