//! How many requests were answered, by kind of route and status, for `/metrics`. Hits pass no layer of this kind: `ingest` counts them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result};

/// Kinds of routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Stats,
    Auth,
    Api,
    Graphql,
    Operation,
    Page,
}

impl Class {
    /// Of a path below the base path.
    fn of(path: &str) -> Self {
        let is_stats = |path: &str| {
            path.starts_with("/api/v2/query")
                || path.starts_with("/api/v1/stats/")
                || path.starts_with("/api/v1/overview")
                || path.ends_with("/dashboard")
                || path.ends_with("/realtime")
        };
        match path {
            "/metrics" | "/healthz" | "/readyz" | "/api/health" => Self::Operation,
            path if path.starts_with("/graphql") => Self::Graphql,
            path if path.starts_with("/api/v1/auth/") => Self::Auth,
            path if path.starts_with("/api/") && is_stats(path) => Self::Stats,
            path if path.starts_with("/api/") => Self::Api,
            _ => Self::Page,
        }
    }

    /// The word of `/metrics`.
    fn as_str(self) -> &'static str {
        match self {
            Self::Stats => "stats",
            Self::Auth => "auth",
            Self::Api => "api",
            Self::Graphql => "graphql",
            Self::Operation => "operation",
            Self::Page => "page",
        }
    }
}

/// Requests that were answered since the start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Served(Arc<Mutex<BTreeMap<(Class, u16), u64>>>);

impl Served {
    /// Kind, status, number; those that there were.
    pub(super) fn figures(&self) -> Vec<(&'static str, u16, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|((class, status), count)| (class.as_str(), *status, *count)).collect()
    }

    fn count(&self, class: Class, status: u16) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry((class, status)).or_default() += 1;
    }
}

impl<E: Endpoint> Middleware<E> for Served {
    type Output = Counted<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Counted { inner, served: self.clone() }
    }
}

/// See [`Served`].
pub(crate) struct Counted<E> {
    inner: E,
    served: Served,
}

impl<E: Endpoint> Endpoint for Counted<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let class = Class::of(request.uri().path());
        let response = self.inner.call(request).await?.into_response();
        self.served.count(class, response.status().as_u16());
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_of_few_kinds() {
        for (path, class) in [
            ("/api/v2/query", Class::Stats),
            ("/api/v1/sites/example.com/dashboard", Class::Stats),
            ("/api/v1/sites", Class::Api),
            ("/api/v1/auth/login", Class::Auth),
            ("/graphql/ws", Class::Graphql),
            ("/metrics", Class::Operation),
            ("/sites/dashboard", Class::Page),
        ] {
            assert_eq!(Class::of(path), class, "{path}");
        }
    }
}
