//! Invitations: members make them, whoever has the link takes them.

use std::sync::Arc;

use poem::Request;
use poem::web::Data;
use poem::web::cookie::CookieJar;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Password;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::auth::{Registered, Session, hand_out, session};
use super::dashboard::instant;
use super::problem::Problem;
use super::security::{LoggedIn, Person};
use super::{Tag, auth, client};
use crate::accounts::validate::comparable_email;
use crate::accounts::{InvitationWish, MadeInvitation, Registration};
use crate::app::App;
use crate::error::Error;
use crate::store::{self, Reach};

/// An open invitation into the account.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct Invitation {
    /// Opaque id.
    id: String,
    /// The only address that may take it; left out when anybody may who has the link.
    email: Option<String>,
    /// What they will be: `admin` or `viewer`.
    role: String,
    /// Ids of the sites that they will see, of those that the caller sees; left out for all.
    site_ids: Option<Vec<String>>,
    /// Shown name of who made it.
    invited_by: String,
    /// When it was made, RFC 3339.
    created_at: String,
    /// When it ends, RFC 3339.
    expires_at: String,
    /// The link; in the answer to its making, and never again.
    link: Option<String>,
    /// Whether it was mailed; in the answer to its making.
    mailed: Option<bool>,
}

/// Open invitations into the account.
#[derive(Clone, Debug, Object)]
struct InvitationList {
    /// Oldest first.
    invitations: Vec<Invitation>,
}

/// An invitation to be made.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewInvitation {
    /// The only address that may take it; anybody who has the link if not given.
    email: Option<String>,
    /// `admin` or `viewer`.
    role: String,
    /// Ids of the only sites that they are to see; all if not given.
    site_ids: Option<Vec<String>>,
}

/// What the link of an invitation holds behind `#`.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct InvitationSecret {
    /// The secret.
    token: String,
}

/// What somebody registers with who was invited.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct InvitedRegistration {
    /// The secret.
    token: String,
    /// Email address, unique on the instance; the invited one if there is one.
    #[oai(validator(max_length = 254))]
    email: String,
    /// 12 to 128 characters.
    password: Password,
    /// Shown name, at most 100 characters.
    name: String,
}

/// What an invitation offers to whoever has its link.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct OpenInvitation {
    /// Where it leads.
    account: InvitingAccount,
    /// What one will be: `admin` or `viewer`.
    role: String,
    /// The only address that may take it; left out when any may.
    email: Option<String>,
    /// When it ends, RFC 3339.
    expires_at: String,
}

/// An account as those see it who were invited.
#[derive(Clone, Debug, Object)]
struct InvitingAccount {
    /// Shown name.
    name: String,
}

#[derive(ApiResponse)]
enum Created {
    /// The invitation, with its link: it can't be told again.
    #[oai(status = 201)]
    Invitation(Json<Invitation>),
}

#[derive(ApiResponse)]
enum Withdrawn {
    /// It is no longer good.
    #[oai(status = 204)]
    Done,
}

impl From<store::Invitation> for Invitation {
    fn from(invitation: store::Invitation) -> Self {
        Self {
            id: invitation.id,
            email: invitation.email,
            role: invitation.role.as_str().to_owned(),
            site_ids: invitation.site_ids,
            invited_by: invitation.invited_by,
            created_at: instant(invitation.created_at),
            expires_at: instant(invitation.expires_at),
            link: None,
            mailed: None,
        }
    }
}

/// Counts a try, per address and per secret.
fn limit_link(app: &App, request: &Request, token: &str) -> Result<(), Problem> {
    auth::limit_address(app, request)?;
    app.auth_limit.check(("invitation", token))?;
    Ok(())
}

/// Routes of this module.
pub(crate) struct InvitationsApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Members")]
impl InvitationsApi {
    /// Open invitations into the account.
    #[oai(path = "/account/invitations", method = "get", operation_id = "listInvitations")]
    async fn list(
        &self,
        LoggedIn(state): LoggedIn,
        Data(app): Data<&Arc<App>>,
    ) -> Result<Json<InvitationList>, Problem> {
        let invitations = app.accounts.invitations(&state.scope).await?;
        Ok(Json(InvitationList { invitations: invitations.into_iter().map(Invitation::from).collect() }))
    }

    /// Invite somebody into the account. The answer alone holds the link.
    #[oai(path = "/account/invitations", method = "post", operation_id = "createInvitation")]
    async fn create(
        &self,
        LoggedIn(state): LoggedIn,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<NewInvitation>,
    ) -> Result<Created, Problem> {
        if let Some(email) = &body.email {
            // Mails to strangers, in words that an account chooses.
            app.auth_limit.check(("invited", comparable_email(email)))?;
            app.auth_limit.check(("inviting", &state.scope.account_id))?;
        }
        let reach = body.site_ids.map_or(Reach::All, Reach::Only);
        let wish = InvitationWish { email: body.email, role: body.role, reach };
        // To the end, also when who asks hangs up while it is mailed: the link is in the mail, else in the log, and nowhere else.
        let app = app.clone();
        let made =
            tokio::spawn(async move { app.accounts.invite(&state, wish, &app.mailer, &app.base_url).await }).await;
        let MadeInvitation { invitation, link, mailed } = made.map_err(Error::internal)??;
        let (link, mailed) = (Some(link), Some(mailed));
        Ok(Created::Invitation(Json(Invitation { link, mailed, ..invitation.into() })))
    }

    /// Withdraw an open invitation.
    #[oai(path = "/account/invitations/:invitation", method = "delete", operation_id = "withdrawInvitation")]
    async fn withdraw(
        &self,
        LoggedIn(state): LoggedIn,
        Data(app): Data<&Arc<App>>,
        /// Id of the invitation.
        #[oai(name = "invitation")]
        Path(id): Path<String>,
    ) -> Result<Withdrawn, Problem> {
        app.accounts.withdraw_invitation(&state.scope, &id).await?;
        Ok(Withdrawn::Done)
    }

    /// What an invitation offers.
    #[oai(path = "/auth/invitation", method = "post", operation_id = "readInvitation")]
    async fn offer(
        &self,
        request: &Request,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<InvitationSecret>,
    ) -> Result<Json<OpenInvitation>, Problem> {
        limit_link(app, request, &body.token)?;
        let offer = app.accounts.offer(&body.token).await?;
        Ok(Json(OpenInvitation {
            account: InvitingAccount { name: offer.account_name },
            role: offer.role.as_str().to_owned(),
            email: offer.email,
            expires_at: instant(offer.expires_at),
        }))
    }

    /// Take an invitation as who one is, and move this login into its account. The refresh cookie stays.
    #[oai(path = "/auth/invitation/accept", method = "post", operation_id = "acceptInvitation")]
    async fn accept(
        &self,
        request: &Request,
        Person(state): Person,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<InvitationSecret>,
    ) -> Result<Json<Session>, Problem> {
        limit_link(app, request, &body.token)?;
        Ok(Json(session(app.accounts.accept_invitation(&state, &body.token).await?)))
    }

    /// Register by an invitation, also while registration is closed: without an account of one's own.
    #[oai(path = "/auth/invitation/register", method = "post", operation_id = "registerInvited")]
    async fn register(
        &self,
        request: &Request,
        jar: &CookieJar,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<InvitedRegistration>,
    ) -> Result<Registered, Problem> {
        auth::limit(app, request, &body.email)?;
        app.auth_limit.check(("invitation", body.token.as_str()))?;
        let wish = Registration { email: body.email, password: body.password.0, name: body.name };
        let kind = client::kind(app, request.headers());
        let grant = app.accounts.register_invited(&body.token, wish, &kind).await?;
        Ok(Registered::Created(Json(hand_out(app, jar, grant))))
    }
}
