//! Users beyond one account: which accounts they are in, moving a login between these, and going when there is none left.

use std::collections::HashSet;

use haru_entity::{account, member, session, user};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::accounts::lock_registration;
use super::audit::{self, Action};
use super::sessions::ENDED;
use super::{Role, Store, sound};
use crate::error::{Error, Result};

/// An account that somebody is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Membership {
    /// Public id of the account.
    pub(crate) account_id: String,
    /// Shown name of the account.
    pub(crate) account_name: String,
    /// What they are in it.
    pub(crate) role: Role,
}

impl Store {
    /// The accounts that a user is in, by when they came.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn accounts_of(&self, user_id: &str) -> Result<Vec<Membership>> {
        let rows: Vec<(String, String, String)> = member::Entity::find()
            .select_only()
            .column(member::Column::AccountId)
            .column(account::Column::Name)
            .column(member::Column::Role)
            .join(
                sea_orm::JoinType::InnerJoin,
                member::Entity::belongs_to(account::Entity)
                    .from(member::Column::AccountId)
                    .to(account::Column::Id)
                    .into(),
            )
            .filter(member::Column::UserId.eq(user_id))
            .order_by_asc(member::Column::CreatedAt)
            .order_by_asc(member::Column::AccountId)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let membership = |(account_id, account_name, role): (String, String, String)| {
            Ok(Membership { account_id, account_name, role: Role::stored(&role)? })
        };
        rows.into_iter().map(membership).collect()
    }

    /// Moves a login of a user to another account of theirs, where it is noted as one that began.
    ///
    /// # Errors
    /// `NotFound` when they are not in it, `Forbidden` when it is disabled, `Unauthenticated` when the login has ended.
    pub(crate) async fn move_session(&self, id: &str, user_id: &str, account_id: &str) -> Result<()> {
        const NONE: Error = Error::NotFound("account");
        let account_id = sound(account_id);
        let transaction = self.begin_write().await?;
        // The membership stays until this is done.
        let membership = member::Entity::find_by_id((account_id.to_owned(), user_id.to_owned())).lock_shared();
        membership.one(&transaction).await?.ok_or(NONE)?;
        let row = account::Entity::find_by_id(account_id).one(&transaction).await?.ok_or(NONE)?;
        if row.disabled_at.is_some() {
            return Err(Error::Forbidden("that account is disabled"));
        }
        let login = session::Entity::find_by_id(id).filter(session::Column::UserId.eq(user_id));
        let client = login.one(&transaction).await?.ok_or(ENDED)?.client;
        let moved = session::Entity::update_many()
            .col_expr(session::Column::AccountId, Expr::value(account_id))
            .filter(session::Column::Id.eq(id))
            .filter(session::Column::UserId.eq(user_id))
            .exec(&transaction)
            .await?;
        if moved.rows_affected == 0 {
            return Err(ENDED);
        }
        audit::note_of(&transaction, (account_id, user_id, &client), Action::LoggedIn, "").await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Ids of the accounts that a user is in.
pub(super) async fn account_ids_of(transaction: &DatabaseTransaction, user_id: &str) -> Result<Vec<String>> {
    let ids = member::Entity::find().select_only().column(member::Column::AccountId);
    let ids = ids.filter(member::Column::UserId.eq(user_id)).order_by_asc(member::Column::AccountId);
    Ok(ids.into_tuple().all(transaction).await?)
}

/// Locks users who are about to leave an account, in one order and before their logins are touched, as who changes a password
/// does. Of two transactions that each take a user out of an account, the second then sees what the first did.
pub(super) async fn lock_users(transaction: &DatabaseTransaction, user_ids: &[String]) -> Result<()> {
    user::Entity::find()
        .filter(user::Column::Id.is_in(user_ids))
        .order_by_asc(user::Column::Id)
        .lock_exclusive()
        .all(transaction)
        .await?;
    Ok(())
}

/// Deletes those of these users, who are locked, who are in no account any more.
///
/// # Errors
/// `Conflict` when no administrator of the instance would be left.
pub(super) async fn delete_homeless(transaction: &DatabaseTransaction, user_ids: &[String]) -> Result<()> {
    let users = user::Entity::find().filter(user::Column::Id.is_in(user_ids)).all(transaction).await?;
    let housed: Vec<String> = member::Entity::find()
        .select_only()
        .column(member::Column::UserId)
        .distinct()
        .filter(member::Column::UserId.is_in(user_ids))
        .into_tuple()
        .all(transaction)
        .await?;
    let housed: HashSet<String> = housed.into_iter().collect();
    let homeless: Vec<user::Model> = users.into_iter().filter(|user| !housed.contains(&user.id)).collect();
    let ids = || homeless.iter().map(|user| user.id.clone());
    if homeless.iter().any(|user| user.is_admin) {
        if transaction.get_database_backend() != DbBackend::Sqlite {
            // Two administrators who go at once must not each count on the other.
            lock_registration(transaction).await?;
        }
        let left = user::Entity::find()
            .filter(user::Column::IsAdmin.eq(true))
            .filter(user::Column::Id.is_not_in(ids()))
            .count(transaction)
            .await?;
        if left == 0 {
            return Err(Error::taken("account", "is the only one of the instance's last administrator"));
        }
    }
    if !homeless.is_empty() {
        user::Entity::delete_many().filter(user::Column::Id.is_in(ids())).exec(transaction).await?;
    }
    Ok(())
}
