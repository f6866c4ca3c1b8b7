//! How much of its limit a caller has left, in headers of the answer: `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset` and
//! `RateLimit-Policy`, as draft-ietf-httpapi-ratelimit-headers has them up to version 06. Later versions put all into one structured
//! field, which hardly any client reads yet.
//!
//! Whoever counts a request says so, deep inside; the answer is made far outside of it. Between the two is a task-local.

use std::cell::Cell;

use poem::http::{HeaderName, HeaderValue};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result};

/// Calls that a caller may make at once.
pub(crate) static LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
/// Calls that it may make now.
pub(crate) static REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
/// Seconds.
pub(crate) static RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
/// The limit and its minute.
pub(crate) static POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

tokio::task_local! {
    static CURRENT: Cell<Option<Allowance>>;
}

/// What a caller may still do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Calls at once, and a minute.
    pub(crate) limit: u32,
    /// Calls that are left.
    pub(crate) remaining: u32,
    /// Seconds until all of them are there again; after a refusal until the next one is.
    pub(crate) reset: u64,
}

/// Says what the caller of the request that is being answered may still do; nothing outside of one.
pub(crate) fn note(allowance: Allowance) {
    let _no_request = CURRENT.try_with(|current| current.set(Some(allowance)));
}

/// Puts what was noted into the answer.
pub(crate) struct RateLimitHeaders;

impl<E: Endpoint> Middleware<E> for RateLimitHeaders {
    type Output = WithRateLimitHeaders<E>;

    fn transform(&self, inner: E) -> Self::Output {
        WithRateLimitHeaders(inner)
    }
}

/// See [`RateLimitHeaders`].
pub(crate) struct WithRateLimitHeaders<E>(E);

impl<E: Endpoint> Endpoint for WithRateLimitHeaders<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let answer = async {
            let response = self.0.call(request).await?.into_response();
            Ok::<_, poem::Error>((response, CURRENT.with(Cell::get)))
        };
        let (mut response, allowance) = CURRENT.scope(Cell::new(None), answer).await?;
        if let Some(Allowance { limit, remaining, reset }) = allowance {
            let headers = response.headers_mut();
            headers.insert(LIMIT.clone(), limit.into());
            headers.insert(REMAINING.clone(), remaining.into());
            headers.insert(RESET.clone(), reset.into());
            if let Ok(policy) = HeaderValue::from_str(&format!("{limit};w=60")) {
                headers.insert(POLICY.clone(), policy);
            }
        }
        Ok(response)
    }
}
