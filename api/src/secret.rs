//! The instance's secret and the keys that are derived from it, one a purpose.

use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::ServeConfig;
use crate::ids::random_bytes;

/// Fewest characters of a secret that an operator sets.
const SECRET_MIN: usize = 32;

/// The instance's secret. Its `Debug` form hides it.
#[derive(Clone)]
pub(crate) struct Secret(Vec<u8>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Secret {
    /// The configured secret, else on SQLite the one kept in the data directory, made at the first start.
    ///
    /// # Errors
    /// One line for the operator.
    pub(crate) fn load(config: &ServeConfig) -> Result<Self, String> {
        match &config.secret {
            Some(secret) if secret.len() < SECRET_MIN => {
                Err(format!("HARU_SECRET: expected {SECRET_MIN} characters or more"))
            }
            Some(secret) => Ok(Self(secret.clone().into_bytes())),
            None if config.database.database_url.is_some() => Err(
                "HARU_SECRET: must be set with PostgreSQL, as all nodes share it (for example `openssl rand -hex 32`)"
                    .to_owned(),
            ),
            None => Self::kept_in(&config.database.data_dir.join("secret")),
        }
    }

    fn kept_in(path: &Path) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("HARU_SECRET: cannot keep it in {}: {error}", path.display());
        match std::fs::read(path) {
            Ok(bytes) if bytes.len() >= SECRET_MIN => return Ok(Self(bytes)),
            Ok(_) => return Err(format!("HARU_SECRET: {} is too short", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let secret = hex::encode(random_bytes::<32>());
        write_private(path, secret.as_bytes()).map_err(failed)?;
        Ok(Self(secret.into_bytes()))
    }

    /// A secret that nobody keeps, for commands that make no tokens.
    pub(crate) fn throwaway() -> Self {
        Self(random_bytes::<32>().to_vec())
    }

    /// The key for one purpose: HMAC-SHA-256 of the secret over the purpose's name.
    pub(crate) fn key(&self, purpose: &str) -> [u8; 32] {
        mac(&self.0, &[purpose.as_bytes()])
    }
}

/// HMAC-SHA-256 over parts, each preceded by its length, so that no two lists of parts look alike.
pub(crate) fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length; the error exists for other kinds of MAC.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Writes a file that its owner alone may read.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
impl Secret {
    pub(crate) fn for_tests() -> Self {
        Self(b"a secret that tests alone know of".to_vec())
    }

    pub(crate) fn for_tests_other() -> Self {
        Self(b"another secret that tests know of".to_vec())
    }
}
