//! Who may call: the Bearer token of a login, checked before a handler runs.

use std::sync::Arc;

use poem::{Request, Result};
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;

use super::client;
use super::problem::Problem;
use crate::app::App;
use crate::pipeline::client_network;
use crate::store::SessionState;

/// A member's login: `Authorization: Bearer` with the access token that a login or refresh answered.
#[derive(SecurityScheme)]
#[oai(rename = "Login", ty = "bearer", bearer_format = "JWT", checker = "check")]
pub(crate) struct LoggedIn(pub(crate) Arc<SessionState>);

async fn check(request: &Request, bearer: Bearer) -> Result<Arc<SessionState>> {
    let app =
        request.data::<Arc<App>>().ok_or_else(|| crate::error::Error::internal("no app")).map_err(Problem::from)?;
    check_token(app, request, &bearer.token).await.map_err(Into::into)
}

/// Who a token speaks for; both good and bad tokens are counted against the limit of the API.
pub(crate) async fn check_token(app: &App, request: &Request, token: &str) -> Result<Arc<SessionState>, Problem> {
    match app.accounts.authenticate(token).await {
        Ok(state) => {
            app.api_limit.check(("user", &state.user.id))?;
            Ok(state)
        }
        Err(error) => {
            app.api_limit.check(("address", client_network(client::address(app, request).address)))?;
            Err(error.into())
        }
    }
}
