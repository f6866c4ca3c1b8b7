//! Who is who and what they may do: registration, passwords, logins, API tokens. Knows no HTTP; cookies and headers are
//! `http`'s matter.

mod access_token;
mod api_token;
mod caller;
mod hs256;
pub(crate) mod jwt;
mod login;
mod logins;
mod password;
mod recovery;
mod refresh_token;
mod reset;
mod second_factor;
mod strength;
mod token_scope;
mod tokens;
pub(crate) mod validate;

pub(crate) use caller::{Caller, Proof};
pub(crate) use login::{Accounts, Credentials, Grant, Registration};
pub(crate) use refresh_token::REFRESH_LIFETIME;
pub(crate) use token_scope::TokenScopes;
pub(crate) use tokens::{MadeToken, TokenWish};
