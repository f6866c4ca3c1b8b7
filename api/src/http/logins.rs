//! One's own logins: where one is logged in, and the second factor.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Password;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::dashboard::instant;
use super::problem::Problem;
use super::security::Person;
use super::{Tag, auth};
use crate::app::App;
use crate::store::ListedLogin;

/// The account that a login works in.
#[derive(Clone, Debug, Object)]
struct LoginAccount {
    /// Opaque id.
    id: String,
    /// Shown name.
    name: String,
}

/// A place where one is logged in.
#[derive(Clone, Debug, Object)]
#[oai(rename = "LoginSession")]
struct Login {
    /// Opaque id.
    id: String,
    /// Kind of client, such as `Firefox on Mac`; empty when it did not say.
    client: String,
    /// The account that it works in.
    account: LoginAccount,
    /// When it began, RFC 3339.
    created_at: String,
    /// When it was last refreshed, or began, RFC 3339.
    last_used_at: String,
    /// The one that asks.
    current: bool,
}

/// Where one is logged in.
#[derive(Clone, Debug, Object)]
#[oai(rename = "LoginSessionList")]
struct LoginList {
    /// The latest used first.
    sessions: Vec<Login>,
}

/// What is asked for before the second factor is begun.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct PasswordAgain {
    /// One's password.
    password: Password,
}

/// The first code of an authenticator.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct FactorCode {
    /// Six digits.
    #[oai(validator(max_length = 100))]
    code: String,
}

/// What is asked for before the second factor is turned off, or recovery codes are made.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct FactorProof {
    /// One's password.
    password: Password,
    /// Six digits, or a recovery code.
    #[oai(validator(max_length = 100))]
    code: String,
}

/// What an authenticator is told.
#[derive(Clone, Debug, Object)]
struct FactorEnrolment {
    /// The secret in base32, to be typed.
    secret: String,
    /// The same as `otpauth://…`, for a QR code.
    uri: String,
}

/// What gets one in without the authenticator.
#[derive(Clone, Debug, Object)]
struct RecoveryCodes {
    /// Each good once; they can't be told again.
    recovery_codes: Vec<String>,
}

#[derive(ApiResponse)]
enum Ended {
    /// It is no more.
    #[oai(status = 204)]
    Done,
}

fn login(listed: ListedLogin, current: &str) -> Login {
    Login {
        current: listed.id == current,
        id: listed.id,
        client: listed.client,
        account: LoginAccount { id: listed.account.0, name: listed.account.1 },
        created_at: instant(listed.created_at),
        last_used_at: instant(listed.last_used_at),
    }
}

/// Routes of this module.
pub(crate) struct LoginsApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Accounts")]
impl LoginsApi {
    /// Where one is logged in.
    #[oai(path = "/me/sessions", method = "get", operation_id = "listSessions")]
    async fn list(&self, Person(state): Person, Data(app): Data<&Arc<App>>) -> Result<Json<LoginList>, Problem> {
        let logins = app.accounts.logins(&state).await?;
        let sessions = logins.into_iter().map(|listed| login(listed, &state.session_id)).collect();
        Ok(Json(LoginList { sessions }))
    }

    /// End one of one's logins, here at once, on other nodes within 2 seconds.
    #[oai(path = "/me/sessions/:session", method = "delete", operation_id = "endSession")]
    async fn end(
        &self,
        Person(state): Person,
        Data(app): Data<&Arc<App>>,
        /// Id of the login.
        #[oai(name = "session")]
        Path(id): Path<String>,
    ) -> Result<Ended, Problem> {
        app.accounts.end_login(&state, &id).await?;
        Ok(Ended::Done)
    }

    /// End all logins but the one that asks.
    #[oai(path = "/me/sessions", method = "delete", operation_id = "endOtherSessions")]
    async fn end_others(&self, Person(state): Person, Data(app): Data<&Arc<App>>) -> Result<Ended, Problem> {
        app.accounts.end_other_logins(&state).await?;
        Ok(Ended::Done)
    }

    /// Begin a second factor. It is asked for at login once it is confirmed.
    #[oai(path = "/me/second-factor", method = "post", operation_id = "beginSecondFactor")]
    async fn begin_factor(
        &self,
        Person(state): Person,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<PasswordAgain>,
    ) -> Result<Json<FactorEnrolment>, Problem> {
        auth::limit_password(app, &state)?;
        let enrolment = app.accounts.begin_second_factor(&state, body.password.0).await?;
        Ok(Json(FactorEnrolment { secret: enrolment.secret, uri: enrolment.uri }))
    }

    /// Turn the second factor on, with a code that shows that the authenticator knows the secret.
    #[oai(path = "/me/second-factor/confirm", method = "post", operation_id = "confirmSecondFactor")]
    async fn confirm_factor(
        &self,
        Person(state): Person,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<FactorCode>,
    ) -> Result<Json<RecoveryCodes>, Problem> {
        let recovery_codes = app.accounts.confirm_second_factor(&state, &body.code).await?;
        Ok(Json(RecoveryCodes { recovery_codes }))
    }

    /// Turn the second factor off.
    #[oai(path = "/me/second-factor/disable", method = "post", operation_id = "disableSecondFactor")]
    async fn disable_factor(
        &self,
        Person(state): Person,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<FactorProof>,
    ) -> Result<Ended, Problem> {
        auth::limit_password(app, &state)?;
        app.accounts.remove_second_factor(&state, body.password.0, &body.code).await?;
        Ok(Ended::Done)
    }

    /// New recovery codes in place of the earlier ones.
    #[oai(path = "/me/second-factor/recovery-codes", method = "post", operation_id = "newRecoveryCodes")]
    async fn recovery_codes(
        &self,
        Person(state): Person,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<FactorProof>,
    ) -> Result<Json<RecoveryCodes>, Problem> {
        auth::limit_password(app, &state)?;
        let recovery_codes = app.accounts.new_recovery_codes(&state, body.password.0, &body.code).await?;
        Ok(Json(RecoveryCodes { recovery_codes }))
    }
}
