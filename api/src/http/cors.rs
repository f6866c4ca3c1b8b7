//! Cross-origin calls of the API: pages of the origins that the operator named, with a Bearer token, never with cookies.
//!
//! poem's `Cors` refuses requests of any origin it does not know, the webapp's own included, as browsers send `Origin`
//! with those too. So it is asked for named origins only; all others get answers without CORS headers, which their
//! browsers then keep from them.

use std::sync::Arc;

use poem::http::{HeaderValue, Method, header};
use poem::middleware::{Cors, CorsEndpoint};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result};

use super::rate_limit_headers::{LIMIT, POLICY, REMAINING, RESET};
use super::request_id;

/// The origins that may call.
pub(crate) struct NamedOrigins(pub(crate) Vec<HeaderValue>);

impl<E: Endpoint> Middleware<E> for NamedOrigins {
    type Output = WithNamedOrigins<E>;

    fn transform(&self, inner: E) -> Self::Output {
        let inner = Arc::new(inner);
        let origins = self.0.clone();
        let cors = Cors::new()
            .allow_origins_fn(move |origin| origins.iter().any(|named| named.as_bytes() == origin.as_bytes()))
            .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE])
            .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
            .expose_headers([header::RETRY_AFTER, request_id::HEADER.clone()])
            .expose_headers([&LIMIT, &REMAINING, &RESET, &POLICY].map(Clone::clone))
            .allow_credentials(false);
        WithNamedOrigins { origins: self.0.clone(), open: cors.transform(inner.clone()), inner }
    }
}

/// See [`NamedOrigins`].
pub(crate) struct WithNamedOrigins<E> {
    origins: Vec<HeaderValue>,
    open: CorsEndpoint<Arc<E>>,
    inner: Arc<E>,
}

impl<E: Endpoint> Endpoint for WithNamedOrigins<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let named = request.headers().get(header::ORIGIN).is_some_and(|origin| self.origins.contains(origin));
        if named {
            return self.open.call(request).await.map(IntoResponse::into_response);
        }
        self.inner.call(request).await.map(IntoResponse::into_response)
    }
}
