//! Members of the account.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::MaybeUndefined;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::Tag;
use super::dashboard::instant;
use super::edit::given;
use super::problem::Problem;
use super::security::LoggedIn;
use crate::accounts::MemberWish;
use crate::app::App;
use crate::store::{self, Edit, Reach};

/// Somebody who is in the account.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct Member {
    /// Opaque id of the user.
    id: String,
    /// Email address.
    email: String,
    /// Shown name.
    name: String,
    /// `owner`, `admin` or `viewer`.
    role: String,
    /// Ids of the only sites that they see, of those that the caller sees; left out when they see all.
    site_ids: Option<Vec<String>>,
    /// Since when, RFC 3339.
    joined_at: String,
    /// When the newest of their logins in this account was last renewed, RFC 3339; left out while they have none.
    last_seen_at: Option<String>,
}

/// All who are in the account.
#[derive(Clone, Debug, Object)]
struct MemberList {
    /// By when they came.
    members: Vec<Member>,
}

/// What to change of a member; what is not given stays.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct MemberChange {
    /// `admin` or `viewer`.
    role: Option<String>,
    /// Ids of the only sites that they are to see; `null`: all.
    site_ids: MaybeUndefined<Vec<String>>,
}

#[derive(ApiResponse)]
enum Removed {
    /// They are not in the account any more.
    #[oai(status = 204)]
    Done,
}

impl From<store::Member> for Member {
    fn from(member: store::Member) -> Self {
        Self {
            id: member.id,
            email: member.email,
            name: member.name,
            role: member.role.as_str().to_owned(),
            site_ids: member.site_ids,
            joined_at: instant(member.joined_at),
            last_seen_at: member.last_seen_at.map(instant),
        }
    }
}

/// Routes of this module.
pub(crate) struct MembersApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Members")]
impl MembersApi {
    /// Everybody in the account.
    #[oai(path = "/account/members", method = "get", operation_id = "listMembers")]
    async fn list(&self, LoggedIn(state): LoggedIn, Data(app): Data<&Arc<App>>) -> Result<Json<MemberList>, Problem> {
        let members = app.accounts.members(&state.scope).await?;
        Ok(Json(MemberList { members: members.into_iter().map(Member::from).collect() }))
    }

    /// Change a member's role or sites.
    #[oai(path = "/account/members/:member", method = "patch", operation_id = "updateMember")]
    async fn update(
        &self,
        LoggedIn(state): LoggedIn,
        Data(app): Data<&Arc<App>>,
        /// Id of the member.
        #[oai(name = "member")]
        Path(id): Path<String>,
        Json(body): Json<MemberChange>,
    ) -> Result<Json<Member>, Problem> {
        let reach = match given(body.site_ids) {
            Edit::Keep => None,
            Edit::To(ids) => Some(ids.map_or(Reach::All, Reach::Only)),
        };
        let wish = MemberWish { role: body.role, reach };
        Ok(Json(app.accounts.change_member(&state.scope, &id, wish).await?.into()))
    }

    /// Remove a member, or leave: their logins here and their API tokens end at once.
    #[oai(path = "/account/members/:member", method = "delete", operation_id = "removeMember")]
    async fn remove(
        &self,
        LoggedIn(state): LoggedIn,
        Data(app): Data<&Arc<App>>,
        /// Id of the member; one's own to leave.
        #[oai(name = "member")]
        Path(id): Path<String>,
    ) -> Result<Removed, Problem> {
        app.accounts.remove_member(&state.scope, &id).await?;
        Ok(Removed::Done)
    }
}
