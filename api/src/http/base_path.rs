//! Serving below a path: `/stats/…` of `HARU_BASE_URL` is answered like `/…`, whether a proxy strips the prefix or not.

use poem::http::Uri;
use poem::http::uri::PathAndQuery;
use poem::{Endpoint, Middleware, Request, Result};

/// Takes the configured path off, where a request has it.
pub(crate) struct BasePath {
    /// Without its trailing slash; empty at the root.
    prefix: String,
}

impl BasePath {
    /// `path` begins and ends with a slash.
    pub(crate) fn new(path: &str) -> Self {
        Self { prefix: path.trim_end_matches('/').to_owned() }
    }
}

impl<E: Endpoint> Middleware<E> for BasePath {
    type Output = WithoutBasePath<E>;

    fn transform(&self, inner: E) -> Self::Output {
        WithoutBasePath { prefix: self.prefix.clone(), inner }
    }
}

/// See [`BasePath`].
pub(crate) struct WithoutBasePath<E> {
    prefix: String,
    inner: E,
}

impl<E: Endpoint> Endpoint for WithoutBasePath<E> {
    type Output = E::Output;

    async fn call(&self, mut request: Request) -> Result<E::Output> {
        if let Some(uri) = stripped(request.uri(), &self.prefix) {
            *request.uri_mut() = uri;
        }
        self.inner.call(request).await
    }
}

fn stripped(uri: &Uri, prefix: &str) -> Option<Uri> {
    let rest = uri.path().strip_prefix(prefix).filter(|_| !prefix.is_empty())?;
    if !rest.is_empty() && !rest.starts_with('/') {
        return None;
    }
    let path = if rest.is_empty() { "/" } else { rest };
    let target = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_comes_off_whole_or_not_at_all() {
        let strip =
            |uri: &str, prefix: &str| stripped(&uri.parse().expect("a target"), prefix).map(|uri| uri.to_string());
        assert_eq!(strip("/stats/api/collect?t=x", "/stats"), Some("/api/collect?t=x".to_owned()));
        assert_eq!(strip("/stats", "/stats"), Some("/".to_owned()));
        assert_eq!(strip("/statistics", "/stats"), None);
        assert_eq!(strip("/api", ""), None);
    }
}
