//! The instance's secret and the keys that are derived from it, one a purpose.

use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::ServeConfig;
use crate::ids::random_bytes;

/// Fewest characters of a secret that an operator sets.
const SECRET_MIN: usize = 32;

/// The instance's secret, and those that it had before. Its `Debug` form hides them.
#[derive(Clone)]
pub(crate) struct Secret {
    current: Named,
    previous: Vec<Named>,
}

#[derive(Clone)]
struct Named {
    /// Eight characters that follow from the secret and tell nothing of it.
    id: String,
    bytes: Vec<u8>,
}

impl Named {
    fn new(bytes: Vec<u8>) -> Self {
        let id = hex::encode(&mac(&bytes, &[b"key-id"])[..4]);
        Self { id, bytes }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Secret {
    fn new(bytes: Vec<u8>) -> Self {
        Self { current: Named::new(bytes), previous: Vec::new() }
    }

    /// The configured secret, else on SQLite the one kept in the data directory, made at the first start; with those that
    /// were in use before.
    ///
    /// # Errors
    /// One line for the operator.
    pub(crate) fn load(config: &ServeConfig) -> Result<Self, String> {
        let mut secret = Self::load_current(config)?;
        for previous in &config.secret_previous {
            let previous = previous.trim_ascii();
            if previous.len() < SECRET_MIN {
                return Err(format!("HARU_SECRET_PREVIOUS: expected {SECRET_MIN} characters or more of each"));
            }
            secret.previous.push(Named::new(previous.as_bytes().to_vec()));
        }
        Ok(secret)
    }

    fn load_current(config: &ServeConfig) -> Result<Self, String> {
        match &config.secret {
            Some(secret) => Self::given(secret.as_bytes(), "HARU_SECRET"),
            None if config.database.database_url.is_some() => Err(
                "HARU_SECRET: must be set with PostgreSQL, as all nodes share it (for example `openssl rand -hex 32`)"
                    .to_owned(),
            ),
            None => Self::kept_in(&config.database.data_dir.join("secret")),
        }
    }

    /// A secret in the form in which it can be named as a previous one later, in a list parted by commas and blanks: without blanks
    /// and line ends around it, which a file easily has, and without a comma.
    fn given(bytes: &[u8], name: &str) -> Result<Self, String> {
        let secret = bytes.trim_ascii();
        if secret.len() < SECRET_MIN {
            return Err(format!("{name}: expected {SECRET_MIN} characters or more"));
        }
        if secret.contains(&b',') {
            return Err(format!("{name}: must not hold a comma, which parts the secrets of HARU_SECRET_PREVIOUS"));
        }
        let mut given = Self::new(secret.to_vec());
        if secret.len() < bytes.len() {
            // What was made while it was still used as it stands, blanks and all, stays good.
            given.previous.push(Named::new(bytes.to_vec()));
        }
        Ok(given)
    }

    fn kept_in(path: &Path) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("HARU_SECRET: cannot keep it in {}: {error}", path.display());
        match std::fs::read(path) {
            Ok(bytes) => return Self::given(&bytes, &format!("HARU_SECRET: {}", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let secret = hex::encode(random_bytes::<32>());
        write_private(path, secret.as_bytes()).map_err(failed)?;
        Ok(Self::new(secret.into_bytes()))
    }

    /// A secret that nobody keeps, for commands that make no tokens.
    pub(crate) fn throwaway() -> Self {
        Self::new(random_bytes::<32>().to_vec())
    }

    /// The key for one purpose: HMAC-SHA-256 of the secret over the purpose's name.
    pub(crate) fn key(&self, purpose: &str) -> [u8; 32] {
        mac(&self.current.bytes, &[purpose.as_bytes()])
    }

    /// The keys for one purpose, each with the name of the secret that it comes from: that of [`Secret::key`] first, then
    /// those of earlier secrets, for what was made with them.
    pub(crate) fn keys(&self, purpose: &str) -> impl Iterator<Item = (&str, [u8; 32])> {
        let all = std::iter::once(&self.current).chain(&self.previous);
        all.map(move |named| (named.id.as_str(), mac(&named.bytes, &[purpose.as_bytes()])))
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
        Self::new(b"a secret that tests alone know of".to_vec())
    }

    pub(crate) fn for_tests_other() -> Self {
        Self::new(b"another secret that tests know of".to_vec())
    }

    pub(crate) fn after(mut self, previous: &Self) -> Self {
        self.previous.push(previous.current.clone());
        self
    }
}
