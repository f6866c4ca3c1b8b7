//! Files that the build puts into the binary: script, webapp, lists and the country database.

use std::borrow::Cow;

use rust_embed::RustEmbed;

/// Lists of user agents and bots, and the country database, made by `make assets`.
#[derive(RustEmbed)]
#[folder = "assets/"]
struct Lists;

/// The tracker, as its build left it.
#[derive(RustEmbed)]
#[folder = "../tracker/dist/"]
#[include = "haru.js"]
struct Tracker;

/// The webapp, as its build left it.
#[derive(RustEmbed)]
#[folder = "../webapp/dist/"]
#[exclude = "*.map"]
struct Webapp;

/// A file with its fingerprint.
pub(crate) struct Asset {
    pub(crate) bytes: Cow<'static, [u8]>,
    pub(crate) etag: String,
}

impl From<rust_embed::EmbeddedFile> for Asset {
    fn from(file: rust_embed::EmbeddedFile) -> Self {
        let etag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..12]));
        Self { bytes: file.data, etag }
    }
}

/// A list or database.
pub(crate) fn list(name: &str) -> Option<Cow<'static, [u8]>> {
    Lists::get(name).map(|file| file.data)
}

/// The tracking script.
pub(crate) fn tracker() -> Option<Asset> {
    Tracker::get("haru.js").map(Asset::from)
}

/// A file of the webapp.
pub(crate) fn webapp(path: &str) -> Option<Asset> {
    Webapp::get(path).map(Asset::from)
}
