//! Who calls: the Bearer token of a login or of a program, checked before a handler runs. What a caller may do is decided
//! by [`Caller`].

use std::sync::Arc;

use poem::{Request, Result};
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;

use super::client;
use super::problem::Problem;
use crate::accounts::Caller;
use crate::app::App;
use crate::pipeline::client_network;
use crate::store::SessionState;

/// A member's login: `Authorization: Bearer` with the access token that a login or refresh answered.
#[derive(SecurityScheme)]
#[oai(rename = "Login", ty = "bearer", bearer_format = "JWT", checker = "check_login")]
pub(crate) struct LoggedIn(pub(crate) Arc<SessionState>);

/// A member's login as above, or a program's API token: `Authorization: Bearer haru_…`.
#[derive(SecurityScheme)]
#[oai(rename = "LoginOrToken", ty = "bearer", checker = "check_caller")]
pub(crate) struct Called(pub(crate) Caller);

async fn check_login(request: &Request, bearer: Bearer) -> Result<Arc<SessionState>> {
    let member = check_caller(request, bearer).await?.into_member();
    member.map_err(|error| Problem::from(error).into())
}

async fn check_caller(request: &Request, bearer: Bearer) -> Result<Caller> {
    let app =
        request.data::<Arc<App>>().ok_or_else(|| crate::error::Error::internal("no app")).map_err(Problem::from)?;
    check_token(app, request, &bearer.token).await.map_err(Into::into)
}

/// Who a token speaks for; both good and bad tokens are counted against the limit of the API.
pub(crate) async fn check_token(app: &App, request: &Request, token: &str) -> Result<Caller, Problem> {
    match app.accounts.authenticate(token).await {
        Ok(caller) => {
            app.api_limit.check(caller.counted_as())?;
            Ok(caller)
        }
        Err(error) => {
            app.api_limit.check(("address", client_network(client::address(app, request).address)))?;
            Err(error.into())
        }
    }
}
