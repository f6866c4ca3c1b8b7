//! Who is who and what they may do: registration, passwords, logins, members and invitations, API tokens, share links. Knows
//! no HTTP; cookies and headers are `http`'s matter.

mod access_token;
mod api_token;
mod caller;
mod hs256;
mod instance;
mod invitations;
pub(crate) mod jwt;
mod login;
mod logins;
mod members;
mod own_account;
mod password;
mod quota_news;
mod random_secret;
mod recovery;
mod refresh_token;
mod reset;
mod rights;
mod second_factor;
mod share_links;
mod share_open;
mod share_sessions;
mod share_token;
mod share_words;
mod strength;
mod token_scope;
mod tokens;
mod usage;
pub(crate) mod validate;
mod view;

pub(crate) use caller::{Caller, Proof};
pub(crate) use instance::ListedAccount;
pub(crate) use invitations::{InvitationWish, MadeInvitation};
pub(crate) use login::{Accounts, Credentials, Grant, Registration};
pub(crate) use members::MemberWish;
pub(crate) use own_account::AUDIT_KEPT_MS;
pub(crate) use quota_news::QuotaNews;
pub(crate) use refresh_token::REFRESH_LIFETIME;
pub(crate) use rights::{Right, administers};
pub(crate) use share_links::{ShareChangeWish, ShareWish};
pub(crate) use share_sessions::{Door, ShareGrant};
pub(crate) use token_scope::TokenScopes;
pub(crate) use tokens::{MadeToken, TokenWish};
pub(crate) use usage::AccountState;
pub(crate) use view::View;
