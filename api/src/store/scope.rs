//! Who is asking: the first argument of every finder of tenant data.

use std::str::FromStr;

use crate::error::{Error, Result};

/// What a member is in an account. What that allows is a table in `accounts::rights`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    /// Reads stats.
    Viewer,
    /// Also manages sites.
    Admin,
    /// Also manages the account.
    Owner,
}

impl Role {
    /// The word used in database and API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role that a stored word stands for.
    ///
    /// # Errors
    /// When this build knows no such role.
    pub(super) fn stored(word: &str) -> Result<Self> {
        word.parse().map_err(|()| Error::internal("unknown role in the database"))
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(word: &str) -> std::result::Result<Self, ()> {
        match word {
            "viewer" => Ok(Self::Viewer),
            "admin" => Ok(Self::Admin),
            "owner" => Ok(Self::Owner),
            _ => Err(()),
        }
    }
}

/// A member, or a token of theirs, at work in one account; or somebody whom a share link shows one site, as nobody's viewer.
/// Made from a checked session or token, nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    /// The account.
    pub(crate) account_id: String,
    /// The member.
    pub(crate) user_id: String,
    /// What the member may do.
    pub(crate) role: Role,
    /// True: sees only the sites listed for the member.
    pub(crate) limited: bool,
    /// Of a token for some sites its id: sees, of what the member sees, only the sites listed for it.
    pub(crate) limited_token: Option<String>,
    /// Of a share session the internal key of its site: sees that one alone.
    pub(crate) only_site: Option<i64>,
    /// From which kind of client, such as `Firefox on Mac` or `API token Nightly`: for the audit log.
    pub(crate) client: String,
}
