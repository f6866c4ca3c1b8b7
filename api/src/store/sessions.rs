//! Login sessions: the families of refresh tokens.

use haru_entity::{account, member, session, user};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::audit::{self, Action};
use super::{Role, Scope, Store, User};
use crate::error::{Error, Result};

/// The same for one that ended, expired or never was.
pub(super) const ENDED: Error = Error::Unauthenticated("the login has ended");

/// Logins beyond the bound that end at once, at most: there may be many from before there was one.
const STEP: u64 = 1_000;

/// A login as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// Id of the family.
    pub(crate) id: String,
    /// 16 random bytes that go into each of its refresh tokens.
    pub(crate) nonce: Vec<u8>,
    /// Number of the refresh token that is valid now.
    pub(crate) generation: i64,
    /// When that token was given out.
    pub(crate) rotated_at: i64,
    /// When the family ends unless it is used.
    pub(crate) expires_at: i64,
}

/// A live login with all that a request needs to know of it.
#[derive(Clone, Debug)]
pub(crate) struct SessionState {
    /// Id of the login.
    pub(crate) session_id: String,
    /// Who.
    pub(crate) user: User,
    /// Name of the account that is being worked in.
    pub(crate) account_name: String,
    /// What they may see.
    pub(crate) scope: Scope,
    /// True while the instance's administrator has disabled the account.
    pub(crate) disabled: bool,
}

impl Store {
    /// Begins a login of a user in an account from a kind of client. A user has at most `max`: the longest unused end, whose ids are
    /// answered. None: the user's password hash is not, or no longer, the one that was proven.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn insert_session(
        &self,
        login: &Login,
        (user_id, account_id, client): (&str, &str, &str),
        proven_hash: &str,
        max: u64,
    ) -> Result<Option<Vec<String>>> {
        let row = session::ActiveModel {
            id: Set(login.id.clone()),
            user_id: Set(user_id.to_owned()),
            account_id: Set(account_id.to_owned()),
            nonce: Set(login.nonce.clone()),
            generation: Set(login.generation),
            rotated_at: Set(login.rotated_at),
            created_at: Set(login.rotated_at),
            expires_at: Set(login.expires_at),
            client: Set(client.to_owned()),
        };
        let transaction = self.begin_write().await?;
        // Of two that begin at once the second sees the first; and a new password, which ends all logins, is either seen here or
        // sees this one.
        if !has_hash(&transaction, user_id, proven_hash).await? {
            return Ok(None);
        }
        row.insert(&transaction).await?;
        let ended: Vec<String> = session::Entity::find()
            .select_only()
            .column(session::Column::Id)
            .filter(session::Column::UserId.eq(user_id))
            .filter(session::Column::Id.ne(&login.id))
            .order_by_desc(session::Column::RotatedAt)
            .order_by_desc(session::Column::Id)
            .offset(max.saturating_sub(1))
            .limit(STEP)
            .into_tuple()
            .all(&transaction)
            .await?;
        if !ended.is_empty() {
            session::Entity::delete_many()
                .filter(session::Column::Id.is_in(ended.iter().cloned()))
                .exec(&transaction)
                .await?;
        }
        audit::note_of(&transaction, (account_id, user_id, client), Action::LoggedIn, "").await?;
        transaction.commit().await?;
        Ok(Some(ended))
    }

    /// The login of that id.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn login(&self, id: &str) -> Result<Option<Login>> {
        let row = session::Entity::find_by_id(id).one(&self.reader).await?;
        Ok(row.map(|row| Login {
            id: row.id,
            nonce: row.nonce,
            generation: row.generation,
            rotated_at: row.rotated_at,
            expires_at: row.expires_at,
        }))
    }

    /// Moves a login on to its next refresh token; false when another request did so first.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn rotate_session(&self, id: &str, from: i64, at: i64, expires_at: i64) -> Result<bool> {
        let result = session::Entity::update_many()
            .col_expr(session::Column::Generation, Expr::value(from + 1))
            .col_expr(session::Column::RotatedAt, Expr::value(at))
            .col_expr(session::Column::ExpiresAt, Expr::value(expires_at))
            .filter(session::Column::Id.eq(id))
            .filter(session::Column::Generation.eq(from))
            .exec(&self.writer)
            .await?;
        Ok(result.rows_affected == 1)
    }

    /// Ends a login; the family is gone.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn delete_session(&self, id: &str) -> Result<()> {
        session::Entity::delete_by_id(id).exec(&self.writer).await?;
        Ok(())
    }

    /// Ends what has expired.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn delete_expired_sessions(&self, now: i64) -> Result<u64> {
        let result =
            session::Entity::delete_many().filter(session::Column::ExpiresAt.lt(now)).exec(&self.writer).await?;
        Ok(result.rows_affected)
    }

    /// The login with its user, account and role, if it still lives.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn session_state(&self, id: &str, now: i64) -> Result<Option<SessionState>> {
        let Some(row) = session::Entity::find_by_id(id).one(&self.reader).await? else { return Ok(None) };
        if row.expires_at < now {
            return Ok(None);
        }
        let key = (row.account_id.clone(), row.user_id.clone());
        let Some(membership) = member::Entity::find_by_id(key).one(&self.reader).await? else { return Ok(None) };
        let Some(user) = user::Entity::find_by_id(row.user_id).one(&self.reader).await? else { return Ok(None) };
        let Some(account) = account::Entity::find_by_id(row.account_id).one(&self.reader).await? else {
            return Ok(None);
        };
        let role = Role::stored(&membership.role)?;
        Ok(Some(SessionState {
            session_id: row.id,
            scope: Scope {
                account_id: account.id,
                user_id: user.id.clone(),
                role,
                limited: membership.limited,
                limited_token: None,
                only_site: None,
                client: row.client,
            },
            user: user.into(),
            disabled: account.disabled_at.is_some(),
            account_name: account.name,
        }))
    }
}

/// Whether a user, who is held until the transaction ends, has that password hash.
pub(super) async fn has_hash(transaction: &DatabaseTransaction, user_id: &str, hash: &str) -> Result<bool> {
    Ok(lock_user(transaction, user_id).await?.is_some_and(|user| user.password_hash == hash))
}

/// A user, held until the transaction ends. Whatever touches passwords and logins does this first, so that none waits for
/// another that waits for it; what only refers to the user need not wait.
pub(super) async fn lock_user(transaction: &DatabaseTransaction, id: &str) -> Result<Option<user::Model>> {
    Ok(user::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(transaction).await?)
}

/// Goes on when the login has not ended, and holds it until the transaction ends: what ends it afterwards waits, and finds what was
/// done by it.
///
/// # Errors
/// `Unauthenticated`.
pub(super) async fn check_login(transaction: &DatabaseTransaction, id: &str) -> Result<()> {
    session::Entity::find_by_id(id).lock_shared().one(transaction).await?.map(|_| ()).ok_or(ENDED)
}
