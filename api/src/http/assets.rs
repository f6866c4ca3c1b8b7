//! The tracking script and the webapp, out of the binary. Shared pages alone may be embedded, by whom their link says.

use std::sync::Arc;

use poem::http::{HeaderMap, HeaderValue, StatusCode, header};
use poem::web::Data;
use poem::{Request, Response, handler};

use super::client;
use crate::app::App;
use crate::assets::{self, Asset};

/// Files whose name carries a hash of their content never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// The page itself is asked for each time, and mostly answered with 304.
const ASK_EACH_TIME: &str = "no-cache";
/// The script may be an hour old.
const AN_HOUR: &str = "public, max-age=3600";

/// Addresses that machines ask for: a page would be taken for an answer.
const NOT_PAGES: [&str; 2] = ["robots.txt", "favicon.ico"];

/// Addresses of shared pages begin so.
const SHARED: &str = "share/";

/// What the webapp's pages may load: what is here, and nothing else. Who may embed them comes behind.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; \
     frame-ancestors ";
/// Nobody.
const NO_ANCESTORS: &str = "'none'";

/// `GET /js/haru.js`.
#[handler]
pub(crate) fn tracker(headers: &HeaderMap) -> Response {
    let Some(script) = assets::tracker() else { return StatusCode::NOT_FOUND.into() };
    let mut response = answer(headers, script, "text/javascript; charset=utf-8", AN_HOUR);
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response.headers_mut().insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

/// A file of the webapp; any other path is a page of it.
#[handler]
pub(crate) async fn webapp(request: &Request, Data(app): Data<&Arc<App>>) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let shared = path.strip_prefix(SHARED);
    let mut response = match assets::webapp(path).filter(|_| path != "index.html") {
        Some(file) => {
            let kind = mime_guess::from_path(path).first_or_octet_stream();
            let age = if path.starts_with("assets/") { FOREVER } else { AN_HOUR };
            answer(request.headers(), file, kind.as_ref(), age)
        }
        None if path.starts_with("assets/") || path.starts_with("js/") || NOT_PAGES.contains(&path) => {
            StatusCode::NOT_FOUND.into()
        }
        None => page(request.headers(), app.base_url.path()),
    };
    let headers = response.headers_mut();
    let ancestors = match shared {
        Some(slug) if app.api_limit.check(("public", client::network(app, request))).is_ok() => {
            ancestors(app, slug).await
        }
        _ => Arc::from(NO_ANCESTORS),
    };
    let policy = HeaderValue::try_from(format!("{CONTENT_SECURITY_POLICY}{ancestors}"));
    let policy = policy.unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    if shared.is_some() {
        headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// Who may embed the page of a share link.
async fn ancestors(app: &App, slug: &str) -> Arc<str> {
    match app.accounts.shares.embed_origins(slug).await {
        Ok(Some(origins)) if !origins.is_empty() => origins,
        Ok(_) => NO_ANCESTORS.into(),
        Err(error) => {
            tracing::warn!(%error, "it could not be looked up who may embed a shared page");
            NO_ANCESTORS.into()
        }
    }
}

/// The page that loads the webapp, told under which path it is served.
fn page(headers: &HeaderMap, base_path: &str) -> Response {
    let Some(index) = assets::webapp("index.html") else { return StatusCode::NOT_FOUND.into() };
    let Ok(html) = std::str::from_utf8(&index.bytes) else { return StatusCode::INTERNAL_SERVER_ERROR.into() };
    let html = html.replacen(r#"<base href="/""#, &format!(r#"<base href="{}""#, escaped(base_path)), 1);
    let etag = format!("{}-{}\"", index.etag.trim_end_matches('"'), hex::encode(base_path));
    answer(headers, Asset { bytes: html.into_bytes().into(), etag }, "text/html; charset=utf-8", ASK_EACH_TIME)
}

fn escaped(attribute: &str) -> String {
    attribute.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

fn answer(headers: &HeaderMap, asset: Asset, kind: &str, age: &str) -> Response {
    let response = Response::builder().header(header::ETAG, &asset.etag).header(header::CACHE_CONTROL, age);
    let known = client::text(headers, header::IF_NONE_MATCH).is_some_and(|known| known.contains(&asset.etag));
    if known {
        return response.status(StatusCode::NOT_MODIFIED).finish();
    }
    response.content_type(kind).body(asset.bytes.into_owned())
}
