//! Second factors and recovery codes. What is encrypted stays so here.

use haru_entity::{recovery_code, second_factor, user};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
};

use super::audit::{self, Action};
use super::users::account_ids_of;
use super::{Scope, Store};
use crate::error::{Error, Result};

/// A user's second factor as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct SealedFactor {
    /// Whose.
    pub(crate) user_id: String,
    /// The encrypted secret.
    pub(crate) secret: Vec<u8>,
    /// It is asked for at login.
    pub(crate) confirmed: bool,
    /// Wrong codes, and since when.
    pub(crate) tries: (i64, i64),
}

/// What somebody has shown as their second factor.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Proved {
    /// A code of the authenticator: the number of its time step.
    Step(i64),
    /// A recovery code: its SHA-256.
    Recovery([u8; 32]),
}

impl Store {
    /// The second factor of a user, confirmed or not.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn second_factor(&self, user_id: &str) -> Result<Option<SealedFactor>> {
        let row = second_factor::Entity::find_by_id(user_id).one(&self.reader).await?;
        Ok(row.map(SealedFactor::from))
    }

    /// All second factors, for encrypting them anew.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn second_factors_of_instance(&self) -> Result<Vec<SealedFactor>> {
        let rows = second_factor::Entity::find().all(&self.reader).await?;
        Ok(rows.into_iter().map(SealedFactor::from).collect())
    }

    /// Replaces an encrypted secret by the same one, encrypted otherwise.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn reseal_second_factor(&self, from: &SealedFactor, to: Vec<u8>) -> Result<()> {
        second_factor::Entity::update_many()
            .col_expr(second_factor::Column::Secret, Expr::value(to))
            .filter(second_factor::Column::UserId.eq(&from.user_id))
            .filter(second_factor::Column::Secret.eq(from.secret.clone()))
            .exec(&self.writer)
            .await?;
        Ok(())
    }

    /// Keeps a secret that is still to be confirmed, in place of one that was not. False: a confirmed one is there.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn begin_second_factor(&self, user_id: &str, secret: Vec<u8>, now: i64) -> Result<bool> {
        let transaction = self.begin_write().await?;
        let known = locked(&transaction, user_id).await?;
        if known.is_some_and(|row| row.confirmed) {
            return Ok(false);
        }
        let row = second_factor::ActiveModel {
            user_id: Set(user_id.to_owned()),
            secret: Set(secret),
            confirmed: Set(false),
            last_step: Set(0),
            tries: Set(0),
            tries_since: Set(0),
            created_at: Set(now),
        };
        let replaced = [second_factor::Column::Secret, second_factor::Column::CreatedAt];
        second_factor::Entity::insert(row)
            .on_conflict(OnConflict::column(second_factor::Column::UserId).update_columns(replaced).to_owned())
            .exec_without_returning(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Uses up what was proved. False when it was used before: of two that show the same at once one gets this.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn use_second_factor(&self, user_id: &str, proved: Proved) -> Result<bool> {
        let transaction = self.begin_write().await?;
        let good = used(&transaction, user_id, proved).await?;
        if good {
            transaction.commit().await?;
        }
        Ok(good)
    }

    /// Counts a wrong code; tries from before `since` are forgotten.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn note_wrong_code(&self, user_id: &str, now: i64, since: i64) -> Result<()> {
        let transaction = self.begin_write().await?;
        let Some(row) = locked(&transaction, user_id).await? else { return Ok(()) };
        let (tries, first) = if row.tries_since < since { (1, now) } else { (row.tries + 1, row.tries_since) };
        let mut row: second_factor::ActiveModel = row.into();
        row.tries = Set(tries);
        row.tries_since = Set(first);
        row.update(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Confirms the caller's second factor with the step of its first code, and gives it recovery codes. False when there
    /// is none that waits for it, or another secret than the one that was proved: it was begun anew in between.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn confirm_second_factor(
        &self,
        scope: &Scope,
        proved: &SealedFactor,
        step: i64,
        codes: &[[u8; 32]],
    ) -> Result<bool> {
        let transaction = self.begin_write().await?;
        let confirmed = second_factor::Entity::update_many()
            .col_expr(second_factor::Column::Confirmed, Expr::value(true))
            .col_expr(second_factor::Column::LastStep, Expr::value(step))
            .col_expr(second_factor::Column::Tries, Expr::value(0))
            .filter(second_factor::Column::UserId.eq(&scope.user_id))
            .filter(second_factor::Column::Secret.eq(proved.secret.clone()))
            .filter(second_factor::Column::Confirmed.eq(false))
            .exec(&transaction)
            .await?;
        if confirmed.rows_affected != 1 {
            return Ok(false);
        }
        replace_codes(&transaction, &scope.user_id, codes).await?;
        audit::note(&transaction, scope, Action::SecondFactorOn, "").await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Gives the caller new recovery codes, if what was proved was not used before; the earlier ones are no longer good.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn replace_recovery_codes(
        &self,
        scope: &Scope,
        proved: Proved,
        codes: &[[u8; 32]],
    ) -> Result<bool> {
        let transaction = self.begin_write().await?;
        if !used(&transaction, &scope.user_id, proved).await? {
            return Ok(false);
        }
        replace_codes(&transaction, &scope.user_id, codes).await?;
        audit::note(&transaction, scope, Action::RecoveryCodesMade, "").await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Removes the caller's second factor, if what was proved was not used before.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn remove_second_factor(&self, scope: &Scope, proved: Proved) -> Result<bool> {
        let transaction = self.begin_write().await?;
        if !used(&transaction, &scope.user_id, proved).await? {
            return Ok(false);
        }
        replace_codes(&transaction, &scope.user_id, &[]).await?;
        second_factor::Entity::delete_by_id(&scope.user_id).exec(&transaction).await?;
        audit::note(&transaction, scope, Action::SecondFactorOff, "").await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Removes the second factor of the user with that address, whatever they know of it: for whoever has the database, on the
    /// command line. The log of each of their accounts tells of it.
    ///
    /// # Errors
    /// `NotFound` when there is no such user, or they have none.
    pub(crate) async fn reset_second_factor(&self, email: &str) -> Result<()> {
        let transaction = self.begin_write().await?;
        let user = user::Entity::find().filter(user::Column::Email.eq(email)).one(&transaction).await?;
        let user_id = user.ok_or(Error::NotFound("user"))?.id;
        locked(&transaction, &user_id).await?.ok_or(Error::NotFound("second factor"))?;
        replace_codes(&transaction, &user_id, &[]).await?;
        second_factor::Entity::delete_by_id(&user_id).exec(&transaction).await?;
        let subject = audit::called(&transaction, &user_id).await?;
        for account_id in account_ids_of(&transaction, &user_id).await? {
            audit::note_of_operator(&transaction, &account_id, Action::SecondFactorReset, &subject).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

impl From<second_factor::Model> for SealedFactor {
    fn from(row: second_factor::Model) -> Self {
        Self { user_id: row.user_id, secret: row.secret, confirmed: row.confirmed, tries: (row.tries, row.tries_since) }
    }
}

async fn locked(transaction: &DatabaseTransaction, user_id: &str) -> Result<Option<second_factor::Model>> {
    Ok(second_factor::Entity::find_by_id(user_id).lock_exclusive().one(transaction).await?)
}

async fn used(transaction: &DatabaseTransaction, user_id: &str, proved: Proved) -> Result<bool> {
    let mut row = second_factor::Entity::update_many()
        .col_expr(second_factor::Column::Tries, Expr::value(0))
        .filter(second_factor::Column::UserId.eq(user_id))
        .filter(second_factor::Column::Confirmed.eq(true));
    match proved {
        Proved::Step(step) => {
            row = row
                .col_expr(second_factor::Column::LastStep, Expr::value(step))
                .filter(second_factor::Column::LastStep.lt(step));
        }
        Proved::Recovery(hash) => {
            let gone =
                recovery_code::Entity::delete_by_id((user_id.to_owned(), hash.to_vec())).exec(transaction).await?;
            if gone.rows_affected != 1 {
                return Ok(false);
            }
        }
    }
    Ok(row.exec(transaction).await?.rows_affected == 1)
}

async fn replace_codes(transaction: &DatabaseTransaction, user_id: &str, codes: &[[u8; 32]]) -> Result<()> {
    recovery_code::Entity::delete_many().filter(recovery_code::Column::UserId.eq(user_id)).exec(transaction).await?;
    if codes.is_empty() {
        return Ok(());
    }
    let rows = codes
        .iter()
        .map(|hash| recovery_code::ActiveModel { user_id: Set(user_id.to_owned()), hash: Set(hash.to_vec()) });
    recovery_code::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    Ok(())
}
