//! Who is who and what they may do: registration, passwords, logins, API tokens. Knows no HTTP; cookies and headers are
//! `http`'s matter.

mod access_token;
mod api_token;
mod caller;
mod hs256;
mod login;
mod password;
mod refresh_token;
mod token_scope;
mod tokens;
pub(crate) mod validate;

pub(crate) use caller::{Caller, Proof};
pub(crate) use login::{Accounts, Credentials, Grant, Registration};
pub(crate) use refresh_token::REFRESH_LIFETIME;
pub(crate) use token_scope::TokenScopes;
pub(crate) use tokens::{MadeToken, TokenWish};
