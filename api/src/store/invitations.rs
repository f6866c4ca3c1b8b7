//! Invitations, managed within a [`Scope`]; and taken by the hash of their secret, which is all that proves them.

use std::collections::HashMap;

use haru_entity::{invitation, invitation_site, member, site, user};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::accounts::{enabled, insert_user};
use super::acting::{Acting, acting, keys_within, locked_account};
use super::audit::{self, Action};
use super::members::join;
use super::sessions::check_login;
use super::sites::visible;
use super::{NewUser, Reach, Role, Scope, SessionState, Store, sound};
use crate::accounts::Right;
use crate::error::{Error, Result};

/// The same for one that never was, was taken, withdrawn or has ended.
const NONE: Error = Error::NotFound("invitation");

/// An invitation to be made; values are checked already.
#[derive(Clone, Debug)]
pub(crate) struct NewInvitation {
    /// The only address that may take it.
    pub(crate) email: Option<String>,
    /// `Admin` or `Viewer`.
    pub(crate) role: Role,
    /// What who takes it will see.
    pub(crate) reach: Reach,
    /// SHA-256 of the secret.
    pub(crate) hash: [u8; 32],
    /// Now.
    pub(crate) at: i64,
    /// When it ends.
    pub(crate) expires_at: i64,
}

/// An open invitation as members see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invitation {
    /// Public id.
    pub(crate) id: String,
    /// The only address that may take it.
    pub(crate) email: Option<String>,
    /// What who takes it will be.
    pub(crate) role: Role,
    /// Public ids of the sites that they will see, as far as the caller sees them; none: all.
    pub(crate) site_ids: Option<Vec<String>>,
    /// Shown name of who made it.
    pub(crate) invited_by: String,
    /// When it was made.
    pub(crate) created_at: i64,
    /// When it ends.
    pub(crate) expires_at: i64,
}

/// An open invitation as whoever has its link sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Name of the account that it leads into.
    pub(crate) account_name: String,
    /// What who takes it will be.
    pub(crate) role: Role,
    /// The only address that may take it.
    pub(crate) email: Option<String>,
    /// When it ends.
    pub(crate) expires_at: i64,
}

/// Who takes an invitation.
#[derive(Clone, Debug)]
pub(crate) enum Joining {
    /// Somebody who has a user, by its id.
    User(String),
    /// Somebody who gets one by it.
    New(NewUser),
}

impl Store {
    /// Makes an invitation of the caller, unless the account has `max` open ones.
    ///
    /// # Errors
    /// `Invalid` for a site that the caller can't see, `Conflict` for the address of a member, `Forbidden` beyond `max` and beyond
    /// the caller's sites, `Unauthenticated` when the login has ended: an invitation must not outlive what ended it.
    pub(crate) async fn insert_invitation(
        &self,
        SessionState { scope, session_id, .. }: &SessionState,
        new: NewInvitation,
        max: u64,
    ) -> Result<Invitation> {
        let transaction = self.begin_write().await?;
        let Acting { scope: caller, .. } = acting(&transaction, scope, Right::ManageMembers).await?;
        check_login(&transaction, session_id).await?;
        let open = invitation::Entity::find()
            .filter(invitation::Column::AccountId.eq(&scope.account_id))
            .filter(invitation::Column::ExpiresAt.gt(new.at));
        if open.count(&transaction).await? >= max {
            return Err(Error::Forbidden(
                "this account has as many open invitations as it may have: withdraw one first",
            ));
        }
        if let Some(email) = &new.email
            && is_member(&transaction, &scope.account_id, email).await?
        {
            return Err(Error::taken("email", "is a member already"));
        }
        let keys = keys_within(&transaction, &caller, &new.reach).await?;
        let row = invitation::ActiveModel {
            id: Set(crate::ids::new_id()),
            account_id: Set(scope.account_id.clone()),
            user_id: Set(scope.user_id.clone()),
            hash: Set(new.hash.to_vec()),
            email: Set(new.email),
            role: Set(new.role.as_str().to_owned()),
            limited: Set(new.reach != Reach::All),
            created_at: Set(new.at),
            expires_at: Set(new.expires_at),
        };
        let row = row.insert(&transaction).await?;
        if !keys.is_empty() {
            let listed = keys
                .into_iter()
                .map(|key| invitation_site::ActiveModel { invitation_id: Set(row.id.clone()), site_id: Set(key) });
            invitation_site::Entity::insert_many(listed).exec_without_returning(&transaction).await?;
        }
        audit::note(&transaction, scope, Action::MemberInvited, named(&row)).await?;
        transaction.commit().await?;
        self.invitations_of(scope, vec![row]).await?.pop().ok_or(NONE)
    }

    /// Open invitations of the account, oldest first.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn invitations(&self, scope: &Scope, now: i64) -> Result<Vec<Invitation>> {
        let rows = invitation::Entity::find()
            .filter(invitation::Column::AccountId.eq(&scope.account_id))
            .filter(invitation::Column::ExpiresAt.gt(now))
            .order_by_asc(invitation::Column::Id);
        let rows = rows.all(&self.reader).await?;
        self.invitations_of(scope, rows).await
    }

    /// Withdraws an open invitation of the account.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` beyond the caller's sites.
    pub(crate) async fn delete_invitation(&self, scope: &Scope, id: &str, now: i64) -> Result<()> {
        let transaction = self.begin_write().await?;
        let Acting { scope: caller, .. } = acting(&transaction, scope, Right::ManageMembers).await?;
        let row = invitation::Entity::find_by_id(sound(id))
            .filter(invitation::Column::AccountId.eq(&scope.account_id))
            .filter(invitation::Column::ExpiresAt.gt(now));
        let row = row.one(&transaction).await?.ok_or(NONE)?;
        check_reach(&transaction, &caller, &row).await?;
        take(&transaction, &row).await?;
        audit::note(&transaction, scope, Action::InvitationWithdrawn, named(&row)).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What the secret with that hash offers.
    ///
    /// # Errors
    /// `NotFound` when it is not, or no longer, good.
    pub(crate) async fn offer(&self, hash: &[u8; 32], now: i64) -> Result<Offer> {
        let row = with_hash(&self.reader, hash, now).await?;
        let account = enabled(&self.reader, &row.account_id).await?.ok_or(NONE)?;
        Ok(Offer {
            account_name: account.name,
            role: Role::stored(&row.role)?,
            email: row.email,
            expires_at: row.expires_at,
        })
    }

    /// Takes the invitation of a secret with that hash, for ever; answers user and account.
    ///
    /// # Errors
    /// `NotFound` when it is not, or no longer, good, `Forbidden` for another address than was invited, `Conflict` for who is a member
    /// already, and for a new user whose address is taken.
    pub(crate) async fn join(&self, hash: &[u8; 32], who: Joining, client: &str, now: i64) -> Result<(String, String)> {
        let transaction = self.begin_write().await?;
        let row = with_hash(&transaction, hash, now).await?;
        let account = locked_account(&transaction, &row.account_id).await?;
        if account.is_none_or(|account| account.disabled_at.is_some()) {
            return Err(NONE);
        }
        let keys: Vec<i64> = invitation_site::Entity::find()
            .select_only()
            .column(invitation_site::Column::SiteId)
            .filter(invitation_site::Column::InvitationId.eq(&row.id))
            .into_tuple()
            .all(&transaction)
            .await?;
        // Of those who come at once, one finds it.
        take(&transaction, &row).await?;
        let fits = |email: &str| {
            let meant = row.email.as_deref().is_none_or(|meant| meant == email);
            if meant { Ok(()) } else { Err(Error::Forbidden("this invitation is for another address")) }
        };
        let user_id = match who {
            Joining::User(id) => {
                let user = user::Entity::find_by_id(id).one(&transaction).await?;
                let user = user.ok_or(Error::Unauthenticated("the login has ended"))?;
                fits(&user.email)?;
                user.id
            }
            Joining::New(new) => {
                fits(&new.email)?;
                insert_user(&transaction, &new, false).await?.id
            }
        };
        let scope = Scope {
            account_id: row.account_id.clone(),
            user_id: user_id.clone(),
            role: Role::stored(&row.role)?,
            limited: row.limited,
            limited_token: None,
            only_site: None,
            client: client.to_owned(),
        };
        let keys = living(&transaction, &scope, keys).await?;
        let membership = member::Model {
            account_id: row.account_id.clone(),
            user_id: user_id.clone(),
            role: row.role.clone(),
            limited: row.limited,
            created_at: now,
        };
        join(&transaction, membership, keys).await?;
        audit::note(&transaction, &scope, Action::MemberJoined, scope.role.as_str()).await?;
        transaction.commit().await?;
        Ok((user_id, row.account_id))
    }

    /// Removes invitations that have ended.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn delete_expired_invitations(&self, now: i64) -> Result<u64> {
        let ended = invitation::Entity::delete_many().filter(invitation::Column::ExpiresAt.lte(now));
        Ok(ended.exec(&self.writer).await?.rows_affected)
    }

    /// Rows with their sites and makers.
    async fn invitations_of(&self, scope: &Scope, rows: Vec<invitation::Model>) -> Result<Vec<Invitation>> {
        let ids = rows.iter().filter(|row| row.limited).map(|row| row.id.clone());
        let pairs: Vec<(String, String)> = visible(scope)
            .select_only()
            .column(invitation_site::Column::InvitationId)
            .column(site::Column::PublicId)
            .join(
                sea_orm::JoinType::InnerJoin,
                site::Entity::belongs_to(invitation_site::Entity)
                    .from(site::Column::Id)
                    .to(invitation_site::Column::SiteId)
                    .into(),
            )
            .filter(invitation_site::Column::InvitationId.is_in(ids))
            .order_by_asc(site::Column::PublicId)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let mut sites: HashMap<String, Vec<String>> = HashMap::new();
        for (invitation_id, site_id) in pairs {
            sites.entry(invitation_id).or_default().push(site_id);
        }
        let makers = user::Entity::find().filter(user::Column::Id.is_in(rows.iter().map(|row| row.user_id.clone())));
        let names: HashMap<String, String> =
            makers.all(&self.reader).await?.into_iter().map(|user| (user.id, user.name)).collect();
        let described = rows.into_iter().map(|row| {
            Ok(Invitation {
                role: Role::stored(&row.role)?,
                site_ids: row.limited.then(|| sites.remove(&row.id).unwrap_or_default()),
                invited_by: names.get(&row.user_id).cloned().unwrap_or_default(),
                id: row.id,
                email: row.email,
                created_at: row.created_at,
                expires_at: row.expires_at,
            })
        });
        described.collect()
    }
}

/// Removes all invitations that a user has made; the logs of their accounts tell of each.
pub(super) async fn withdraw_all_of(transaction: &DatabaseTransaction, user_id: &str, client: &str) -> Result<()> {
    let made = invitation::Entity::find().filter(invitation::Column::UserId.eq(user_id));
    for row in made.order_by_asc(invitation::Column::Id).all(transaction).await? {
        let of = (row.account_id.as_str(), user_id, client);
        audit::note_of(transaction, of, Action::InvitationWithdrawn, named(&row)).await?;
    }
    invitation::Entity::delete_many().filter(invitation::Column::UserId.eq(user_id)).exec(transaction).await?;
    Ok(())
}

async fn with_hash(connection: &impl ConnectionTrait, hash: &[u8; 32], now: i64) -> Result<invitation::Model> {
    let row = invitation::Entity::find()
        .filter(invitation::Column::Hash.eq(hash.to_vec()))
        .filter(invitation::Column::ExpiresAt.gt(now));
    row.one(connection).await?.ok_or(NONE)
}

/// Removes it; whoever comes second finds nothing.
async fn take(transaction: &DatabaseTransaction, row: &invitation::Model) -> Result<()> {
    let taken = invitation::Entity::delete_by_id(&row.id).exec(transaction).await?;
    if taken.rows_affected == 1 { Ok(()) } else { Err(NONE) }
}

/// An invitation of sites that are all among the caller's own, as for members.
async fn check_reach(transaction: &DatabaseTransaction, caller: &Scope, row: &invitation::Model) -> Result<()> {
    if !caller.limited {
        return Ok(());
    }
    let own = visible(caller).select_only().column(site::Column::Id).into_query();
    let beyond = invitation_site::Entity::find()
        .filter(invitation_site::Column::InvitationId.eq(&row.id))
        .filter(invitation_site::Column::SiteId.not_in_subquery(own))
        .count(transaction)
        .await?;
    if row.limited && beyond == 0 {
        return Ok(());
    }
    Err(Error::Forbidden("you see only some of the sites, and cannot withdraw invitations to others"))
}

/// An invitation as the audit log names it.
fn named(row: &invitation::Model) -> String {
    format!("{}, {}", row.email.as_deref().unwrap_or("whoever has the link"), row.role)
}

async fn is_member(transaction: &DatabaseTransaction, account_id: &str, email: &str) -> Result<bool> {
    let Some(user) = user::Entity::find().filter(user::Column::Email.eq(email)).one(transaction).await? else {
        return Ok(false);
    };
    Ok(member::Entity::find_by_id((account_id.to_owned(), user.id)).one(transaction).await?.is_some())
}

/// Those of the sites that were not deleted since.
async fn living(transaction: &DatabaseTransaction, scope: &Scope, keys: Vec<i64>) -> Result<Vec<i64>> {
    let of_account = Scope { limited: false, ..scope.clone() };
    let rows = visible(&of_account).select_only().column(site::Column::Id).filter(site::Column::Id.is_in(keys));
    Ok(rows.into_tuple().all(transaction).await?)
}
