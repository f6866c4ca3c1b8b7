//! Links for a new password: kept by the hash of their token, gone once used.

use haru_entity::{password_reset, user};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::audit::called;
use super::audit::{self, Action};
use super::sessions::lock_user;
use super::users::account_ids_of;
use super::{Scope, Store, User, invitations, logins, sound, tokens};
use crate::error::{Error, Result};

/// A link that is to be made.
#[derive(Clone, Debug)]
pub(crate) struct NewPasswordReset {
    /// Public id.
    pub(crate) id: String,
    /// SHA-256 of its token.
    pub(crate) hash: [u8; 32],
    /// Now.
    pub(crate) requested_at: i64,
    /// When it ends.
    pub(crate) expires_at: i64,
}

/// A link that nobody has got yet.
#[derive(Clone, Debug)]
pub(crate) struct PasswordReset {
    /// Public id.
    pub(crate) id: String,
    /// Address of the user.
    pub(crate) email: String,
    /// When it was asked for.
    pub(crate) requested_at: i64,
    /// When it ends.
    pub(crate) expires_at: i64,
}

impl Store {
    /// Makes a link for the user of that address; none when there is no such user, or they have `max` open ones.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn insert_password_reset(
        &self,
        email: &str,
        new: NewPasswordReset,
        max: u64,
    ) -> Result<Option<User>> {
        let transaction = self.begin_write().await?;
        // Locked, so that two at once can't both be the last one. SQLite has one writer anyway.
        let user = user::Entity::find().filter(user::Column::Email.eq(email)).lock_exclusive();
        let Some(user) = user.one(&transaction).await? else { return Ok(None) };
        let open = password_reset::Entity::find()
            .filter(password_reset::Column::UserId.eq(&user.id))
            .filter(password_reset::Column::ExpiresAt.gt(new.requested_at));
        if open.count(&transaction).await? >= max {
            return Ok(None);
        }
        let row = password_reset::ActiveModel {
            id: Set(new.id),
            user_id: Set(user.id.clone()),
            hash: Set(new.hash.to_vec()),
            requested_at: Set(new.requested_at),
            expires_at: Set(new.expires_at),
            mailed: Set(false),
        };
        row.insert(&transaction).await?;
        transaction.commit().await?;
        Ok(Some(user.into()))
    }

    /// Notes that a mail server has taken a link.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn note_password_reset_mailed(&self, id: &str) -> Result<()> {
        password_reset::Entity::update_many()
            .col_expr(password_reset::Column::Mailed, Expr::value(true))
            .filter(password_reset::Column::Id.eq(id))
            .exec(&self.writer)
            .await?;
        Ok(())
    }

    /// Whose link that is, while it is good.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn user_of_password_reset(&self, hash: &[u8; 32], now: i64) -> Result<Option<User>> {
        let row = password_reset::Entity::find()
            .filter(password_reset::Column::Hash.eq(hash.to_vec()))
            .filter(password_reset::Column::ExpiresAt.gt(now))
            .one(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(user::Entity::find_by_id(row.user_id).one(&self.reader).await?.map(User::from))
    }

    /// Uses a link: sets the password and ends all logins of the user, whose ids are answered, and the API tokens and invitations
    /// that they made: whoever had the password may have made these, to be there after it.
    ///
    /// # Errors
    /// `NotFound` when the link is not, or no longer, good: of two that use it at once one gets this.
    pub(crate) async fn use_password_reset(
        &self,
        hash: &[u8; 32],
        user_id: &str,
        password_hash: String,
        client: &str,
        now: i64,
    ) -> Result<Vec<String>> {
        let transaction = self.begin_write().await?;
        // The user before their links, as whoever changes a password does.
        lock_user(&transaction, user_id).await?;
        let used = password_reset::Entity::delete_many()
            .filter(password_reset::Column::Hash.eq(hash.to_vec()))
            .filter(password_reset::Column::ExpiresAt.gt(now))
            .exec(&transaction)
            .await?;
        if used.rows_affected != 1 {
            return Err(Error::NotFound("link"));
        }
        let ended = logins::set_password(&transaction, user_id, password_hash, None).await?;
        // Nobody is logged in here: it is noted wherever their logins can work.
        for account_id in account_ids_of(&transaction, user_id).await? {
            let of = (account_id.as_str(), user_id, client);
            audit::note_of(&transaction, of, Action::PasswordChanged, "by a link").await?;
        }
        // After the logins: what one of them was about to make is there by now, or is not made any more.
        tokens::revoke_all_of(&transaction, user_id, client).await?;
        invitations::withdraw_all_of(&transaction, user_id, client).await?;
        transaction.commit().await?;
        Ok(ended)
    }

    /// Links that no mail server took, the latest first. For the administrator of the instance.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn unsent_password_resets(&self, now: i64) -> Result<Vec<PasswordReset>> {
        let rows = password_reset::Entity::find()
            .filter(password_reset::Column::Mailed.eq(false))
            .filter(password_reset::Column::ExpiresAt.gt(now))
            .order_by_desc(password_reset::Column::RequestedAt)
            .order_by_desc(password_reset::Column::Id)
            .all(&self.reader)
            .await?;
        let ids = rows.iter().map(|row| row.user_id.as_str());
        let users = user::Entity::find().filter(user::Column::Id.is_in(ids)).all(&self.reader).await?;
        let email = |id: &str| users.iter().find(|row| row.id == id).map(|row| row.email.clone()).unwrap_or_default();
        let listed = rows.into_iter().map(|row| PasswordReset {
            email: email(&row.user_id),
            id: row.id,
            requested_at: row.requested_at,
            expires_at: row.expires_at,
        });
        Ok(listed.collect())
    }

    /// Gives an unsent link another token and end; the earlier token is no longer good. It is noted in each account of its user
    /// that the administrator has it now.
    ///
    /// # Errors
    /// `NotFound` when there is no such link that is still good.
    pub(crate) async fn renew_password_reset(
        &self,
        administrator: &Scope,
        id: &str,
        hash: &[u8; 32],
        now: i64,
        expires_at: i64,
    ) -> Result<()> {
        const NONE: Error = Error::NotFound("request");
        let transaction = self.begin_write().await?;
        let renewed = password_reset::Entity::update_many()
            .col_expr(password_reset::Column::Hash, Expr::value(hash.to_vec()))
            .col_expr(password_reset::Column::ExpiresAt, Expr::value(expires_at))
            .filter(password_reset::Column::Id.eq(sound(id)))
            .filter(password_reset::Column::Mailed.eq(false))
            .filter(password_reset::Column::ExpiresAt.gt(now))
            .exec(&transaction)
            .await?;
        if renewed.rows_affected != 1 {
            return Err(NONE);
        }
        let user_id = password_reset::Entity::find_by_id(id).one(&transaction).await?.ok_or(NONE)?.user_id;
        let subject = called(&transaction, &user_id).await?;
        for account_id in account_ids_of(&transaction, &user_id).await? {
            let of = (account_id.as_str(), administrator.user_id.as_str(), administrator.client.as_str());
            audit::note_of(&transaction, of, Action::ResetLinkMade, &subject).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Removes links that have ended.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn delete_expired_password_resets(&self, now: i64) -> Result<u64> {
        let gone = password_reset::Entity::delete_many().filter(password_reset::Column::ExpiresAt.lte(now));
        Ok(gone.exec(&self.writer).await?.rows_affected)
    }
}
