//! Members of an account, within a [`Scope`]. Whoever changes something here is looked at again inside the transaction.

use std::collections::HashMap;

use haru_entity::{invitation, member, member_site, session, site, user};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, SqlErr,
};

use super::acting::{Acting, acting, keys_within, manageable, member_row};
use super::audit::{self, Action};
use super::sites::visible;
use super::users::{delete_homeless, lock_users};
use super::{Role, Scope, Store, sound};
use crate::accounts::Right;
use crate::error::{Error, Result};

/// A member as others of the account see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// Public id of the user.
    pub(crate) id: String,
    /// Lower case.
    pub(crate) email: String,
    /// Shown name.
    pub(crate) name: String,
    /// What they are.
    pub(crate) role: Role,
    /// Public ids of the only sites that they see, as far as the caller sees them; none: all.
    pub(crate) site_ids: Option<Vec<String>>,
    /// Since when.
    pub(crate) joined_at: i64,
    /// When the newest of their logins in the account was last renewed; none without a login.
    pub(crate) last_seen_at: Option<i64>,
}

/// Which sites of the account somebody is to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All, later ones too.
    All,
    /// Those with these public ids, each once.
    Only(Vec<String>),
}

/// What to change of a member; values are checked already.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemberChange {
    /// New role.
    pub(crate) role: Option<Role>,
    /// New sites.
    pub(crate) reach: Option<Reach>,
}

/// Makes somebody a member.
///
/// # Errors
/// `Conflict` when they are one already, `Unauthenticated` when the user has gone.
pub(super) async fn join(
    transaction: &DatabaseTransaction,
    membership: member::Model,
    sites: impl IntoIterator<Item = i64>,
) -> Result<()> {
    let row = membership.into_active_model().reset_all().insert(transaction).await;
    let row = row.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::taken("account", "has you as a member already"),
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => Error::Unauthenticated("the login has ended"),
        _ => error.into(),
    })?;
    list_sites(transaction, &row, sites).await
}

async fn list_sites(
    transaction: &DatabaseTransaction,
    row: &member::Model,
    sites: impl IntoIterator<Item = i64>,
) -> Result<()> {
    let listed: Vec<_> = sites
        .into_iter()
        .map(|key| member_site::ActiveModel {
            account_id: Set(row.account_id.clone()),
            user_id: Set(row.user_id.clone()),
            site_id: Set(key),
        })
        .collect();
    if !listed.is_empty() {
        member_site::Entity::insert_many(listed).exec_without_returning(transaction).await?;
    }
    Ok(())
}

impl Store {
    /// All members, by when they came.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn members(&self, scope: &Scope) -> Result<Vec<Member>> {
        self.members_where(scope, None).await
    }

    /// The member with that user's id.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) async fn member(&self, scope: &Scope, user_id: &str) -> Result<Member> {
        self.members_where(scope, Some(user_id)).await?.pop().ok_or(Error::NotFound("member"))
    }

    /// Changes what a member may do and see.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` for the owner, for the caller themself and beyond the caller's sites, `Invalid` for sites that the
    /// caller can't see.
    pub(crate) async fn change_member(&self, scope: &Scope, user_id: &str, change: MemberChange) -> Result<Member> {
        let transaction = self.begin_write().await?;
        let Acting { scope: caller, .. } = acting(&transaction, scope, Right::ManageMembers).await?;
        let row = manageable(&transaction, &caller, user_id).await?;
        let role = change.role.map_or_else(|| Role::stored(&row.role), Ok)?;
        let narrowed = role == Role::Viewer || matches!(change.reach, Some(Reach::Only(_)));
        let mut changed = row.clone().into_active_model();
        changed.role = Set(role.as_str().to_owned());
        if let Some(reach) = change.reach {
            let keys = keys_within(&transaction, &caller, &reach).await?;
            member_site::Entity::delete_many()
                .filter(member_site::Column::AccountId.eq(&row.account_id))
                .filter(member_site::Column::UserId.eq(&row.user_id))
                .exec(&transaction)
                .await?;
            list_sites(&transaction, &row, keys).await?;
            changed.limited = Set(reach != Reach::All);
        }
        changed.update(&transaction).await?;
        if narrowed {
            // They could give somebody else more than they have now.
            invitation::Entity::delete_many()
                .filter(invitation::Column::AccountId.eq(&row.account_id))
                .filter(invitation::Column::UserId.eq(&row.user_id))
                .exec(&transaction)
                .await?;
        }
        let subject = format!("{}, {}", audit::called(&transaction, user_id).await?, role.as_str());
        audit::note(&transaction, scope, Action::MemberChanged, subject).await?;
        transaction.commit().await?;
        self.member(scope, user_id).await
    }

    /// Ends a membership, the caller's own or another, and with it its logins, tokens and invitations. A user who is in no account
    /// then is deleted.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` for the owner and beyond the caller's sites, `Conflict` for the instance's last administrator.
    pub(crate) async fn remove_member(&self, scope: &Scope, user_id: &str) -> Result<()> {
        let transaction = self.begin_write().await?;
        let leaves = scope.user_id == user_id;
        let right = if leaves { Right::Leave } else { Right::ManageMembers };
        let Acting { scope: caller, .. } = acting(&transaction, scope, right).await?;
        if !leaves {
            manageable(&transaction, &caller, user_id).await?;
        }
        let action = if leaves { Action::MemberLeft } else { Action::MemberRemoved };
        let subject = audit::called(&transaction, user_id).await?;
        audit::note(&transaction, scope, action, subject).await?;
        lock_users(&transaction, &[user_id.to_owned()]).await?;
        member::Entity::delete_by_id((scope.account_id.clone(), user_id.to_owned())).exec(&transaction).await?;
        delete_homeless(&transaction, &[user_id.to_owned()]).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Makes another member the owner, and the owner an admin.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for oneself.
    pub(crate) async fn hand_over(&self, scope: &Scope, user_id: &str) -> Result<()> {
        let transaction = self.begin_write().await?;
        acting(&transaction, scope, Right::HandOver).await?;
        let next = member_row(&transaction, &scope.account_id, user_id).await?.ok_or(Error::NotFound("member"))?;
        if next.user_id == scope.user_id {
            return Err(Error::field("member_id", "is the owner already"));
        }
        for (id, role) in [(&scope.user_id, Role::Admin), (&next.user_id, Role::Owner)] {
            let row = member::ActiveModel {
                account_id: Set(scope.account_id.clone()),
                user_id: Set(id.clone()),
                role: Set(role.as_str().to_owned()),
                limited: Set(false),
                ..Default::default()
            };
            row.update(&transaction).await?;
        }
        member_site::Entity::delete_many()
            .filter(member_site::Column::AccountId.eq(&scope.account_id))
            .filter(member_site::Column::UserId.eq(&next.user_id))
            .exec(&transaction)
            .await?;
        let subject = audit::called(&transaction, user_id).await?;
        audit::note(&transaction, scope, Action::OwnerChanged, subject).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn members_where(&self, scope: &Scope, user_id: Option<&str>) -> Result<Vec<Member>> {
        let mut members = member::Entity::find().filter(member::Column::AccountId.eq(&scope.account_id));
        let mut listed = member_site::Entity::find().filter(member_site::Column::AccountId.eq(&scope.account_id));
        if let Some(id) = user_id {
            let id = sound(id);
            members = members.filter(member::Column::UserId.eq(id));
            listed = listed.filter(member_site::Column::UserId.eq(id));
        }
        let members = members
            .order_by_asc(member::Column::CreatedAt)
            .order_by_asc(member::Column::UserId)
            .all(&self.reader)
            .await?;
        let of_account = member::Entity::find()
            .select_only()
            .column(member::Column::UserId)
            .filter(member::Column::AccountId.eq(&scope.account_id))
            .into_query();
        let users = user::Entity::find().filter(user::Column::Id.in_subquery(of_account)).all(&self.reader).await?;
        let mut users: HashMap<String, user::Model> = users.into_iter().map(|row| (row.id.clone(), row)).collect();
        let names: Vec<(i64, String)> = visible(scope)
            .select_only()
            .columns([site::Column::Id, site::Column::PublicId])
            .into_tuple()
            .all(&self.reader)
            .await?;
        let names: HashMap<i64, String> = names.into_iter().collect();
        let mut sites: HashMap<String, Vec<String>> = HashMap::new();
        for row in listed.order_by_asc(member_site::Column::SiteId).all(&self.reader).await? {
            if let Some(id) = names.get(&row.site_id) {
                sites.entry(row.user_id).or_default().push(id.clone());
            }
        }
        let seen: Vec<(String, i64)> = session::Entity::find()
            .select_only()
            .column(session::Column::UserId)
            .column_as(session::Column::RotatedAt.max(), "seen")
            .filter(session::Column::AccountId.eq(&scope.account_id))
            .group_by(session::Column::UserId)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let seen: HashMap<String, i64> = seen.into_iter().collect();
        let mut described = Vec::with_capacity(members.len());
        for row in members {
            // Gone between two looks.
            let Some(user) = users.remove(&row.user_id) else { continue };
            described.push(Member {
                role: Role::stored(&row.role)?,
                site_ids: row.limited.then(|| sites.remove(&user.id).unwrap_or_default()),
                joined_at: row.created_at,
                last_seen_at: seen.get(&user.id).copied(),
                id: user.id,
                email: user.email,
                name: user.name,
            });
        }
        Ok(described)
    }
}
