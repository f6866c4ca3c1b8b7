//! Passwords: forgotten, set anew, changed; and the links that the administrator hands on where there is no mail server.

use std::sync::Arc;

use poem::Request;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Password;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::dashboard::instant;
use super::problem::Problem;
use super::security::{Administrator, Person};
use super::{Tag, auth, client};
use crate::app::App;
use crate::store;

/// Whose password was forgotten.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct ForgottenPassword {
    /// Email address.
    #[oai(validator(max_length = 254))]
    email: String,
}

/// A new password by a link.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct PasswordReset {
    /// What stands behind `#` in the link.
    #[oai(validator(max_length = 100))]
    token: String,
    /// The new password: 12 to 128 characters, not easy to guess.
    password: Password,
}

/// A new password by the old one.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct PasswordChange {
    /// The password until now.
    current: Password,
    /// The new password: 12 to 128 characters, not easy to guess.
    password: Password,
}

/// Somebody who asked for a new password, whose link no mail server took.
#[derive(Clone, Debug, Object)]
struct PasswordResetRequest {
    /// Opaque id.
    id: String,
    /// Email address.
    email: String,
    /// When it was asked for, RFC 3339.
    requested_at: String,
    /// When the link ends, RFC 3339.
    expires_at: String,
}

/// Those that wait for their link.
#[derive(Clone, Debug, Object)]
struct PasswordResetRequestList {
    /// The latest first.
    requests: Vec<PasswordResetRequest>,
}

/// A link to be handed on.
#[derive(Clone, Debug, Object)]
struct PasswordResetLink {
    /// Good for an hour, and once.
    link: String,
}

#[derive(ApiResponse)]
enum Asked {
    /// If there is such a user, they get a link.
    #[oai(status = 202)]
    Accepted,
}

#[derive(ApiResponse)]
enum Changed {
    /// The password is the new one.
    #[oai(status = 204)]
    Done,
}

impl From<store::PasswordReset> for PasswordResetRequest {
    fn from(reset: store::PasswordReset) -> Self {
        Self {
            id: reset.id,
            email: reset.email,
            requested_at: instant(reset.requested_at),
            expires_at: instant(reset.expires_at),
        }
    }
}

/// Routes of this module.
pub(crate) struct PasswordsApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Accounts")]
impl PasswordsApi {
    /// Ask for a link to set a new password. The answer is the same, and as fast, whether or not there is such a user.
    #[oai(path = "/auth/password/forgot", method = "post", operation_id = "forgotPassword")]
    async fn forgot(
        &self,
        request: &Request,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<ForgottenPassword>,
    ) -> Result<Asked, Problem> {
        auth::limit(app, request, &body.email)?;
        let app = app.clone();
        tokio::spawn(async move {
            if let Err(error) = app.accounts.forgot_password(&body.email, &app.mailer, &app.base_url).await {
                tracing::warn!(%error, "no link for a new password could be made");
            }
        });
        Ok(Asked::Accepted)
    }

    /// Set a new password by a link. Logins, API tokens and invitations of the user end; a second factor stays on.
    #[oai(path = "/auth/password/reset", method = "post", operation_id = "resetPassword")]
    async fn reset(
        &self,
        request: &Request,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<PasswordReset>,
    ) -> Result<Changed, Problem> {
        auth::limit_address(app, request)?;
        let client = client::kind(app, request.headers());
        app.accounts.reset_password(&body.token, body.password.0, &client).await?;
        Ok(Changed::Done)
    }

    /// Change one's password. All other logins end.
    #[oai(path = "/me/password", method = "post", operation_id = "changePassword")]
    async fn change(
        &self,
        Person(state): Person,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<PasswordChange>,
    ) -> Result<Changed, Problem> {
        auth::limit_password(app, &state)?;
        app.accounts.change_password(&state, body.current.0, body.password.0).await?;
        Ok(Changed::Done)
    }

    /// Who asked for a new password and got no mail. For the administrator of the instance.
    #[oai(path = "/admin/password-resets", method = "get", operation_id = "listPasswordResets")]
    async fn list(
        &self,
        Administrator(_state): Administrator,
        Data(app): Data<&Arc<App>>,
    ) -> Result<Json<PasswordResetRequestList>, Problem> {
        let requests = app.accounts.unsent_password_resets().await?;
        Ok(Json(PasswordResetRequestList { requests: requests.into_iter().map(Into::into).collect() }))
    }

    /// A fresh link for one of these, in place of the earlier one, to be handed on. For the administrator of the instance.
    #[oai(path = "/admin/password-resets/:request/link", method = "post", operation_id = "renewPasswordReset")]
    async fn renew(
        &self,
        Administrator(state): Administrator,
        Data(app): Data<&Arc<App>>,
        /// Id of the request.
        #[oai(name = "request")]
        Path(id): Path<String>,
    ) -> Result<Json<PasswordResetLink>, Problem> {
        let link = app.accounts.renew_password_reset(&state.scope, &id, &app.base_url).await?;
        Ok(Json(PasswordResetLink { link }))
    }
}
