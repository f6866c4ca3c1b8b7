//! Registration, login, refresh, logout, and who one is.

use std::sync::Arc;

use poem::Request;
use poem::web::Data;
use poem::web::cookie::{Cookie, CookieJar, SameSite};
use poem_openapi::payload::Json;
use poem_openapi::types::Password;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::problem::Problem;
use super::security::Person;
use super::{Tag, client};
use crate::accounts::validate::comparable_email;
use crate::accounts::{Credentials, Grant, REFRESH_LIFETIME, Registration};
use crate::app::App;
use crate::store::{Membership, SessionState};

/// Name of the cookie that carries the refresh token.
const REFRESH_COOKIE: &str = "haru_refresh";

/// What an instance tells before anybody logs in.
#[derive(Clone, Debug, Object)]
struct Instance {
    /// Version of the server.
    version: String,
    /// Who may register: `open`, `invite` or `closed`.
    registration: String,
    /// True while nobody has registered: the first user always may.
    setup_required: bool,
    /// Whether the instance sends mails; where it does not, links are handed on by people.
    mail: bool,
}

/// What somebody registers with.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct RegisterBody {
    /// Email address, unique on the instance.
    #[oai(validator(max_length = 254))]
    email: String,
    /// 12 to 128 characters, not easy to guess.
    password: Password,
    /// Shown name, at most 100 characters.
    name: String,
}

/// What somebody logs in with.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct LoginBody {
    /// Email address.
    email: String,
    /// Password.
    password: Password,
    /// Where the second factor is on: six digits of the authenticator, or a recovery code.
    #[oai(validator(max_length = 100))]
    code: Option<String>,
}

/// What one may change of oneself.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct MeChange {
    /// Shown name, at most 100 characters.
    name: String,
}

/// A person.
#[derive(Clone, Debug, Object)]
struct User {
    /// Opaque id.
    id: String,
    /// Email address.
    email: String,
    /// Shown name.
    name: String,
    /// Administrator of the instance.
    is_admin: bool,
}

/// An account that one is in.
#[derive(Clone, Debug, Object)]
struct Account {
    /// Opaque id.
    id: String,
    /// Shown name.
    name: String,
    /// What the user may do in it: `owner`, `admin` or `viewer`.
    role: String,
}

/// A login.
#[derive(Clone, Debug, Object)]
pub(super) struct Session {
    /// JWT for the `Authorization` header.
    access_token: String,
    /// `Bearer`.
    token_type: String,
    /// Seconds that it is good for.
    expires_in: u64,
    /// Who.
    user: User,
    /// Where.
    account: Account,
}

/// Who one is, and what the operator should know.
#[derive(Clone, Debug, Object)]
struct Me {
    /// Who.
    user: User,
    /// Where.
    account: Account,
    /// All accounts that the user is in, by when they came.
    accounts: Vec<Account>,
    /// Whether a second factor is asked for at login.
    second_factor: bool,
    /// Words for what should be mended or known: `untrusted_forwarded_header`, `quota_near`, `quota_exceeded`, `sites_quota_near`,
    /// `sites_quota_exceeded`, `account_disabled`.
    notices: Vec<String>,
}

#[derive(ApiResponse)]
pub(super) enum Registered {
    /// Registered and logged in; the refresh token is in a cookie.
    #[oai(status = 201)]
    Created(Json<Session>),
}

#[derive(ApiResponse)]
enum LoggedOut {
    /// The login has ended, if there was one.
    #[oai(status = 204)]
    Done,
}

fn user(state: &SessionState) -> User {
    let user = state.user.clone();
    User { id: user.id, email: user.email, name: user.name, is_admin: user.is_admin }
}

fn account(state: &SessionState) -> Account {
    Account {
        id: state.scope.account_id.clone(),
        name: state.account_name.clone(),
        role: state.scope.role.as_str().to_owned(),
    }
}

/// Routes of this module.
pub(crate) struct AuthApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Accounts")]
impl AuthApi {
    /// What this instance is.
    #[oai(path = "/instance", method = "get", operation_id = "getInstance")]
    async fn instance(&self, request: &Request, Data(app): Data<&Arc<App>>) -> Result<Json<Instance>, Problem> {
        super::security::limit_address(app, request)?;
        Ok(Json(Instance {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            registration: app.registration.as_str().to_owned(),
            setup_required: app.store.has_no_user().await?,
            mail: app.mailer.is_set_up(),
        }))
    }

    /// Register, with an account of one's own.
    #[oai(path = "/auth/register", method = "post", operation_id = "register")]
    async fn register(
        &self,
        request: &Request,
        jar: &CookieJar,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<RegisterBody>,
    ) -> Result<Registered, Problem> {
        limit(app, request, &body.email)?;
        let wish = Registration { email: body.email, password: body.password.0, name: body.name };
        let grant = app.accounts.register(wish, &client::kind(app, request.headers())).await?;
        Ok(Registered::Created(Json(hand_out(app, jar, grant))))
    }

    /// Log in. A missing or wrong code of the second factor is told apart by `type` `urn:haru:problem:second-factor`.
    #[oai(path = "/auth/login", method = "post", operation_id = "login")]
    async fn login(
        &self,
        request: &Request,
        jar: &CookieJar,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<LoginBody>,
    ) -> Result<Json<Session>, Problem> {
        limit(app, request, &body.email)?;
        let credentials = Credentials { email: body.email, password: body.password.0, code: body.code };
        let grant = app.accounts.login(credentials, &client::kind(app, request.headers())).await?;
        Ok(Json(hand_out(app, jar, grant)))
    }

    /// Trade the refresh cookie for a new access token and a new cookie.
    #[oai(path = "/auth/refresh", method = "post", operation_id = "refresh")]
    async fn refresh(
        &self,
        request: &Request,
        jar: &CookieJar,
        Data(app): Data<&Arc<App>>,
    ) -> Result<Json<Session>, Problem> {
        super::security::limit_address(app, request)?;
        let token = jar.get(REFRESH_COOKIE).map(|cookie| cookie.value_str().to_owned()).unwrap_or_default();
        match app.accounts.refresh(&token).await {
            Ok(grant) => Ok(Json(hand_out(app, jar, grant))),
            Err(error) => Err(error.into()),
        }
    }

    /// End the login of the refresh cookie.
    #[oai(path = "/auth/logout", method = "post", operation_id = "logout")]
    async fn logout(
        &self,
        request: &Request,
        jar: &CookieJar,
        Data(app): Data<&Arc<App>>,
    ) -> Result<LoggedOut, Problem> {
        super::security::limit_address(app, request)?;
        // Without one nothing is removed: a page of another site can send a form here, which comes without the cookie, and its
        // answer would take the cookie away all the same.
        if let Some(presented) = jar.get(REFRESH_COOKIE) {
            app.accounts.logout(presented.value_str()).await?;
            let mut gone = cookie(app, String::new());
            gone.make_removal();
            jar.add(gone);
        }
        Ok(LoggedOut::Done)
    }

    /// Who one is.
    #[oai(path = "/me", method = "get", operation_id = "getMe")]
    async fn me(&self, Person(state): Person, Data(app): Data<&Arc<App>>) -> Result<Json<Me>, Problem> {
        let mut notices = app.notices();
        notices.extend(app.accounts.notices(&state).await?);
        Ok(Json(Me {
            user: user(&state),
            account: account(&state),
            accounts: app.accounts.accounts_of(&state).await?.into_iter().map(Account::from).collect(),
            second_factor: app.accounts.has_second_factor(&state.user.id).await?,
            notices,
        }))
    }

    /// Change one's name.
    #[oai(path = "/me", method = "patch", operation_id = "updateMe")]
    async fn update_me(
        &self,
        Person(state): Person,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<MeChange>,
    ) -> Result<Json<Me>, Problem> {
        let state = app.accounts.rename(&state, &body.name).await?;
        self.me(Person(state), Data(app)).await
    }
}

impl From<Membership> for Account {
    fn from(membership: Membership) -> Self {
        Self { id: membership.account_id, name: membership.account_name, role: membership.role.as_str().to_owned() }
    }
}

/// Counts a login, a registration or a forgotten password, per address and per email.
pub(super) fn limit(app: &App, request: &Request, email: &str) -> Result<(), Problem> {
    limit_address(app, request)?;
    app.auth_limit.check(("email", comparable_email(email)))?;
    Ok(())
}

/// Counts what is tried without a login, per address.
pub(super) fn limit_address(app: &App, request: &Request) -> Result<(), Problem> {
    app.auth_limit.check(("address", client::network(app, request)))?;
    Ok(())
}

/// Counts how often somebody who is logged in tries a password, so that a stolen login can't be used to guess it.
pub(super) fn limit_password(app: &App, state: &SessionState) -> Result<(), Problem> {
    app.auth_limit.check(("password", &state.user.id))?;
    Ok(())
}

/// A login with its cookie.
pub(super) fn hand_out(app: &App, jar: &CookieJar, grant: Grant) -> Session {
    let mut refresh = cookie(app, grant.refresh_token.clone());
    refresh.set_max_age(REFRESH_LIFETIME);
    jar.add(refresh);
    session(grant)
}

/// A login whose cookie stays as it is.
pub(super) fn session(grant: Grant) -> Session {
    Session {
        access_token: grant.access_token,
        token_type: "Bearer".to_owned(),
        expires_in: grant.expires_in.as_secs(),
        user: user(&grant.state),
        account: account(&grant.state),
    }
}

/// For this server alone, out of reach of scripts, sent to the auth routes only.
fn cookie(app: &App, value: String) -> Cookie {
    let mut cookie = Cookie::new_with_str(REFRESH_COOKIE, value);
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Strict);
    cookie.set_secure(app.base_url.is_https());
    cookie.set_path(format!("{}api/v1/auth", app.base_url.path()));
    cookie
}
