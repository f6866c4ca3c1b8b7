//! Who is who: registration, passwords, logins and their tokens. Knows no HTTP; cookies and headers are `http`'s matter.

mod access_token;
mod hs256;
mod login;
mod password;
mod refresh_token;
pub(crate) mod validate;

pub(crate) use login::{Accounts, Credentials, Grant, Registration};
pub(crate) use refresh_token::REFRESH_LIFETIME;
