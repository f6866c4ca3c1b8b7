//! Who calls: the Bearer token of a login, of a program or of a share session, checked before a handler runs. What a caller may do is decided
//! by [`Caller`].

use std::net::IpAddr;
use std::sync::Arc;

use poem::{Request, Result};
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;

use super::client;
use super::problem::Problem;
use crate::accounts::{Caller, administers};
use crate::app::App;
use crate::error::Error;
use crate::store::SessionState;

/// A member's login: `Authorization: Bearer` with the access token that a login or refresh answered.
#[derive(SecurityScheme)]
#[oai(rename = "Login", ty = "bearer", bearer_format = "JWT", checker = "check_login")]
pub(crate) struct LoggedIn(pub(crate) Arc<SessionState>);

/// A member's login as above, a program's API token (`Authorization: Bearer haru_…`), or, for numbers alone, the token of a
/// share session.
#[derive(SecurityScheme)]
#[oai(rename = "LoginOrToken", ty = "bearer", checker = "check_caller")]
pub(crate) struct Called(pub(crate) Caller);

/// A member's login, also where their account is disabled: for what is theirs, not the account's.
#[derive(SecurityScheme)]
#[oai(rename = "Person", ty = "bearer", bearer_format = "JWT", checker = "check_person")]
pub(crate) struct Person(pub(crate) Arc<SessionState>);

/// The login of an administrator of the instance.
#[derive(SecurityScheme)]
#[oai(rename = "Administrator", ty = "bearer", bearer_format = "JWT", checker = "check_administrator")]
pub(crate) struct Administrator(pub(crate) Arc<SessionState>);

async fn check_person(request: &Request, bearer: Bearer) -> Result<Arc<SessionState>> {
    let app = app(request)?;
    let network = client::network(app, request);
    check_stranger(app, network, &bearer.token).map_err(Problem::from)?;
    match app.accounts.person(&bearer.token).await {
        Ok(state) => {
            app.api_limit.check_known(("user", state.user.id.as_str())).map_err(Problem::from)?;
            Ok(state)
        }
        Err(error) => Err(Problem::from(refused(app, network, error)).into()),
    }
}

async fn check_administrator(request: &Request, bearer: Bearer) -> Result<Arc<SessionState>> {
    let state = check_person(request, bearer).await?;
    administers(&state.user).map_err(Problem::from)?;
    Ok(state)
}

async fn check_login(request: &Request, bearer: Bearer) -> Result<Arc<SessionState>> {
    let member = check_caller(request, bearer).await?.into_member();
    member.map_err(|error| Problem::from(error).into())
}

async fn check_caller(request: &Request, bearer: Bearer) -> Result<Caller> {
    check_token(app(request)?, request, &bearer.token).await.map_err(Into::into)
}

fn app(request: &Request) -> Result<&Arc<App>, Problem> {
    request.data::<Arc<App>>().ok_or_else(|| Error::internal("no app").into())
}

/// Who the token of a request speaks for.
pub(crate) async fn check_token(app: &App, request: &Request, token: &str) -> Result<Caller, Problem> {
    Ok(identify(app, client::network(app, request), token).await?)
}

/// Who a token speaks for; both good and bad tokens are counted against the limit of the API.
pub(crate) async fn identify(app: &App, network: IpAddr, token: &str) -> crate::error::Result<Caller> {
    check_stranger(app, network, token)?;
    match app.accounts.authenticate(token).await {
        Ok(caller) => {
            count(app, &caller, network)?;
            Ok(caller)
        }
        Err(error) => Err(refused(app, network, error)),
    }
}

/// An API token that nobody has used of late has to be looked up, which costs a question to the database for every one that
/// somebody makes up: where too many were refused already, none is.
fn check_stranger(app: &App, network: IpAddr, token: &str) -> crate::error::Result<()> {
    if app.accounts.tokens.is_strange(token) { app.api_limit.check_unspent(("address", network)) } else { Ok(()) }
}

/// Counts a call: by who calls, and of the public, whose sessions cost nothing, by where they call from as well.
pub(crate) fn count(app: &App, caller: &Caller, network: IpAddr) -> crate::error::Result<()> {
    app.api_limit.check_known(caller.counted_as())?;
    if caller.is_of_the_public() {
        app.api_limit.check(("public", network))?;
    }
    Ok(())
}

/// Counts a call of nobody known, per address.
pub(crate) fn limit_address(app: &App, request: &Request) -> crate::error::Result<()> {
    app.api_limit.check(("address", client::network(app, request)))
}

/// Counts what was refused, per address.
fn refused(app: &App, network: IpAddr, error: Error) -> Error {
    app.api_limit.check(("address", network)).err().unwrap_or(error)
}
