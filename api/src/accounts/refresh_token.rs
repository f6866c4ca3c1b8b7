//! Refresh tokens: `session.generation.mac`, derived from the secret and the login's nonce, so that the same generation
//! always has the same token and a predecessor that is replayed within [`GRACE`] can be given the same successor.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::secret::mac;
use crate::store::Login;

/// How long an unused login lives.
pub(crate) const REFRESH_LIFETIME: Duration = Duration::from_hours(60 * 24);
/// How long the predecessor of the current token may still be used, for tabs and requests that crossed.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// A refresh token taken apart; its MAC is checked by [`proves`].
pub(super) struct Presented {
    pub(super) session_id: String,
    pub(super) generation: i64,
    mac: Vec<u8>,
}

/// The token of a login's generation, by the current key, which is the first.
pub(super) fn token(keys: &[[u8; 32]], login: &Login, generation: i64) -> String {
    let mac = keys.first().map(|key| URL_SAFE_NO_PAD.encode(seal(key, login, generation))).unwrap_or_default();
    format!("{}.{generation}.{mac}", login.id)
}

/// Takes a token apart.
pub(super) fn parse(token: &str) -> Option<Presented> {
    let mut parts = token.splitn(3, '.');
    let (session_id, generation, mac) = (parts.next()?, parts.next()?, parts.next()?);
    // Not asked of the database: PostgreSQL refuses text with a zero byte.
    if session_id.contains('\0') {
        return None;
    }
    Some(Presented {
        session_id: session_id.to_owned(),
        generation: generation.parse().ok()?,
        mac: URL_SAFE_NO_PAD.decode(mac).ok()?,
    })
}

/// True when the token was given out by this instance for that login, with the current key or an earlier one.
pub(super) fn proves(keys: &[[u8; 32]], login: &Login, presented: &Presented) -> bool {
    keys.iter().any(|key| {
        let expected = seal(key, login, presented.generation);
        // Both sides go through a keyed hash once more, so that comparing takes the same time whatever differs.
        mac(key, &[&expected]) == mac(key, &[&presented.mac])
    })
}

fn seal(key: &[u8; 32], login: &Login, generation: i64) -> [u8; 32] {
    mac(key, &[login.id.as_bytes(), &login.nonce, &generation.to_be_bytes()])
}
