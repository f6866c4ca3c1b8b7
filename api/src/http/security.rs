//! Who may call: the Bearer token of a login, checked before a handler runs.

use std::sync::Arc;

use poem::{Request, Result};
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;

use super::client;
use super::problem::Problem;
use crate::app::App;
use crate::store::SessionState;

/// A member's login: `Authorization: Bearer` with the access token that a login or refresh answered.
#[derive(SecurityScheme)]
#[oai(rename = "Login", ty = "bearer", bearer_format = "JWT", checker = "check")]
pub(crate) struct LoggedIn(pub(crate) Arc<SessionState>);

async fn check(request: &Request, bearer: Bearer) -> Result<Arc<SessionState>> {
    let app =
        request.data::<Arc<App>>().ok_or_else(|| crate::error::Error::internal("no app")).map_err(Problem::from)?;
    let state = match app.accounts.authenticate(&bearer.token).await {
        Ok(state) => state,
        Err(error) => {
            app.api_limit.check(("address", client::address(app, request).address)).map_err(Problem::from)?;
            return Err(Problem::from(error).into());
        }
    };
    app.api_limit.check(("user", &state.user.id)).map_err(Problem::from)?;
    Ok(state)
}
