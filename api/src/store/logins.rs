//! What people do with their own logins: list and end them, change name and password.

use haru_entity::{account, password_reset, session, user};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ModelTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::audit::{self, Action};
use super::sessions::{ENDED, check_login, has_hash};
use super::{Scope, Store, User, sound};
use crate::error::{Error, Result};

/// A login as its user sees it.
#[derive(Clone, Debug)]
pub(crate) struct ListedLogin {
    /// Id of the login.
    pub(crate) id: String,
    /// Kind of client, such as `Firefox on Mac`.
    pub(crate) client: String,
    /// Id and name of the account that it works in.
    pub(crate) account: (String, String),
    /// When it began.
    pub(crate) created_at: i64,
    /// When it was last refreshed, or began.
    pub(crate) last_used_at: i64,
}

impl Store {
    /// The logins of the caller that live, the latest used first, at most `max`.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn logins(&self, scope: &Scope, now: i64, max: u64) -> Result<Vec<ListedLogin>> {
        let rows = session::Entity::find()
            .filter(session::Column::UserId.eq(&scope.user_id))
            .filter(session::Column::ExpiresAt.gte(now))
            .order_by_desc(session::Column::RotatedAt)
            .order_by_desc(session::Column::Id)
            .limit(max)
            .all(&self.reader)
            .await?;
        let ids = rows.iter().map(|row| row.account_id.as_str());
        let accounts = account::Entity::find().filter(account::Column::Id.is_in(ids)).all(&self.reader).await?;
        let name = |id: &str| accounts.iter().find(|row| row.id == id).map(|row| row.name.clone()).unwrap_or_default();
        let listed = rows.into_iter().map(|row| ListedLogin {
            account: (row.account_id.clone(), name(&row.account_id)),
            id: row.id,
            client: row.client,
            created_at: row.created_at,
            last_used_at: row.rotated_at,
        });
        Ok(listed.collect())
    }

    /// Ends one login of the caller.
    ///
    /// # Errors
    /// `NotFound` when they have none of that id.
    pub(crate) async fn end_login(&self, scope: &Scope, id: &str) -> Result<()> {
        let transaction = self.begin_write().await?;
        let of_caller = session::Entity::find_by_id(sound(id)).filter(session::Column::UserId.eq(&scope.user_id));
        let row = of_caller.one(&transaction).await?.ok_or(Error::NotFound("login"))?;
        let client = row.client.clone();
        row.delete(&transaction).await?;
        audit::note(&transaction, scope, Action::LoginsEnded, client).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Ends all logins of the caller but one; the ids of those that ended are answered.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn end_other_logins(&self, scope: &Scope, kept: &str) -> Result<Vec<String>> {
        let transaction = self.begin_write().await?;
        let ended = end_logins(&transaction, &scope.user_id, Some(kept)).await?;
        if !ended.is_empty() {
            audit::note(&transaction, scope, Action::LoginsEnded, format!("{} others", ended.len())).await?;
        }
        transaction.commit().await?;
        Ok(ended)
    }

    /// The user of that id and their password hash.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn user_with_hash(&self, id: &str) -> Result<Option<(User, String)>> {
        let row = user::Entity::find_by_id(id).one(&self.reader).await?;
        Ok(row.map(|row| {
            let hash = row.password_hash.clone();
            (row.into(), hash)
        }))
    }

    /// Gives the caller, who has proven that hash, a new password and ends their logins but one; the ids of those that ended are
    /// answered. Links by which the password could have been set anew end, too.
    ///
    /// # Errors
    /// `Unauthenticated` when the hash is another one by now, or the login that is to be kept has ended: who set a new password
    /// meanwhile, maybe because this login is not theirs, has the last word.
    pub(crate) async fn change_password(
        &self,
        scope: &Scope,
        kept: &str,
        proven_hash: &str,
        hash: String,
    ) -> Result<Vec<String>> {
        let transaction = self.begin_write().await?;
        if !has_hash(&transaction, &scope.user_id, proven_hash).await? {
            return Err(ENDED);
        }
        check_login(&transaction, kept).await?;
        let ended = set_password(&transaction, &scope.user_id, hash, Some(kept)).await?;
        audit::note(&transaction, scope, Action::PasswordChanged, "").await?;
        transaction.commit().await?;
        Ok(ended)
    }

    /// Gives the caller another shown name.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn rename_user(&self, scope: &Scope, name: String) -> Result<()> {
        user::Entity::update_many()
            .col_expr(user::Column::Name, Expr::value(name))
            .filter(user::Column::Id.eq(&scope.user_id))
            .exec(&self.writer)
            .await?;
        Ok(())
    }

    /// Ids of all logins of a user.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn login_ids_of(&self, user_id: &str) -> Result<Vec<String>> {
        ids(&self.reader, user_id).await
    }
}

/// Sets a password, ends the user's logins but `kept`, whose ids are answered, and their links for a new password.
pub(super) async fn set_password(
    transaction: &DatabaseTransaction,
    user_id: &str,
    hash: String,
    kept: Option<&str>,
) -> Result<Vec<String>> {
    user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(hash))
        .filter(user::Column::Id.eq(user_id))
        .exec(transaction)
        .await?;
    password_reset::Entity::delete_many().filter(password_reset::Column::UserId.eq(user_id)).exec(transaction).await?;
    end_logins(transaction, user_id, kept).await
}

async fn end_logins(transaction: &DatabaseTransaction, user_id: &str, kept: Option<&str>) -> Result<Vec<String>> {
    let mut ended = ids(transaction, user_id).await?;
    ended.retain(|id| Some(id.as_str()) != kept);
    let mut gone = session::Entity::delete_many().filter(session::Column::UserId.eq(user_id));
    if let Some(kept) = kept {
        gone = gone.filter(session::Column::Id.ne(kept));
    }
    gone.exec(transaction).await?;
    Ok(ended)
}

async fn ids(connection: &impl ConnectionTrait, user_id: &str) -> Result<Vec<String>> {
    let found = session::Entity::find().select_only().column(session::Column::Id);
    Ok(found.filter(session::Column::UserId.eq(user_id)).into_tuple().all(connection).await?)
}
