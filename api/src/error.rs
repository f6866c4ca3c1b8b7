//! The one error type of the domain. It knows no HTTP: `http::problem` translates it.
//!
//! What is someone else's is [`Error::NotFound`], never "forbidden": nobody learns what exists elsewhere.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::RuntimeErr;

pub(crate) use crate::collect::FieldError;

/// Why an operation was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Nothing with that name that the caller may see.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// Nobody is logged in, or the proof is no longer good.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The password is right, and the code of the second factor is missing or wrong.
    #[error("{0}")]
    SecondFactor(&'static str),
    /// A share link asks for a password, and this is not it.
    #[error("the password of this share link is missing or wrong")]
    SharePassword,
    /// The caller may see the thing but not do this with it.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Values that can't be used, each with its field.
    #[error("{}", ListOfFields(.0))]
    Invalid(Vec<FieldError>),
    /// A query that can't be answered as it was asked.
    #[error(transparent)]
    Query(#[from] haru_stats::QueryError),
    /// A query that takes more than its share.
    #[error(transparent)]
    Budget(#[from] haru_stats::engine::BudgetError),
    /// Something else holds a name that must be unique.
    #[error("{}", .0.message)]
    Conflict(FieldError),
    /// Too many tries; seconds until the next one is allowed.
    #[error("too many requests")]
    TooMany {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// The database can't answer or store now.
    #[error("the database is not available")]
    Unavailable,
    /// A fault of ours. The text goes to the log, never to the caller.
    #[error("internal error: {0}")]
    Internal(String),
}

struct ListOfFields<'a>(&'a [FieldError]);

impl fmt::Display for ListOfFields<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("; ")?;
            }
            write!(formatter, "{} {}", error.field, error.message)?;
        }
        Ok(())
    }
}

impl Error {
    /// One bad field.
    pub(crate) fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// A name that is taken.
    pub(crate) fn taken(field: &str, message: impl Into<String>) -> Self {
        Self::Conflict(FieldError { field: field.to_owned(), message: message.into() })
    }

    /// A fault of ours with what is known of it.
    pub(crate) fn internal(what: impl fmt::Display) -> Self {
        Self::Internal(what.to_string())
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error().map(|error| error.extended_code);
        if code.and_then(|code| u32::try_from(code).ok()).is_some_and(is_code_of_sqlite_away) {
            tell_away(&error);
            return Self::Unavailable;
        }
        Self::Internal(error.to_string())
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        if is_away(&error) {
            tell_away(&error);
            return Self::Unavailable;
        }
        Self::Internal(error.to_string())
    }
}

/// How often the log says that the database is away: everybody who asks it finds out.
const TELL_EVERY: Duration = Duration::from_secs(10);

fn tell_away(error: &dyn fmt::Display) {
    static TOLD: Mutex<Option<Instant>> = Mutex::new(None);
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
        *told = Some(Instant::now());
        tracing::warn!(%error, "the database is not available");
    }
}

/// Whether the fault is not that of what was asked: the database is not there, or can't do anything now.
fn is_away(error: &sea_orm::DbErr) -> bool {
    use sea_orm::DbErr;
    use sea_orm::sqlx::Error;
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => match &**error {
            Error::Io(_)
            | Error::Tls(_)
            | Error::Protocol(_)
            | Error::WorkerCrashed
            | Error::PoolTimedOut
            | Error::PoolClosed => true,
            Error::Database(error) => error.code().is_some_and(|code| is_code_of_away(&code)),
            _ => false,
        },
        _ => false,
    }
}

/// By the code of the database: PostgreSQL's has five letters, SQLite's is a number whose last byte is its kind.
fn is_code_of_away(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => is_code_of_sqlite_away(number),
        _ => POSTGRES_AWAY.iter().any(|class| code.starts_with(class)),
    }
}

fn is_code_of_sqlite_away(code: u32) -> bool {
    SQLITE_AWAY.contains(&(code & 0xff))
}

/// `SQLITE_BUSY`, `_LOCKED`, `_NOMEM`, `_READONLY`, `_IOERR`, `_FULL` and `_CANTOPEN`.
const SQLITE_AWAY: [u32; 7] = [5, 6, 7, 8, 10, 13, 14];

/// Connection lost; a standby, which does not write; deadlocks and other ends of transactions that may be tried again; out of disk,
/// memory or connections; a lock that did not come in time; ended by the operator or starting; fault of the system, such as of its
/// disk.
const POSTGRES_AWAY: [&str; 7] = ["08", "25006", "40", "53", "55P03", "57P", "58"];

/// Result of a domain operation.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_away_or_it_refuses_what_it_was_asked() {
        // SQLite: busy, busy snapshot, full, no write because of a limit; PostgreSQL: shutdown, disk full, standby, deadlock.
        for code in ["5", "517", "13", "778", "57P01", "57P03", "53100", "25006", "40P01", "55P03", "08006"] {
            assert!(is_code_of_away(code), "{code}");
        }
        // SQLite: constraints, corrupt; PostgreSQL: unique violation, cancelled by a user, no such table, text that can't be.
        for code in ["19", "1555", "2067", "11", "23505", "57014", "42P01", "22021"] {
            assert!(!is_code_of_away(code), "{code}");
        }
    }
}
