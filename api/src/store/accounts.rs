//! Accounts, users and memberships.

use haru_entity::{account, member, user};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, SqlErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use super::{Role, Store};
use crate::error::{Error, Result};

/// Number of the advisory lock that registrations take on PostgreSQL.
const REGISTRATION_LOCK: i64 = 0x6861_7275_0001;

/// A user, without the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    /// Public id.
    pub(crate) id: String,
    /// Lower case.
    pub(crate) email: String,
    /// Shown name.
    pub(crate) name: String,
    /// Administrator of the instance.
    pub(crate) is_admin: bool,
}

impl From<user::Model> for User {
    fn from(row: user::Model) -> Self {
        Self { id: row.id, email: row.email, name: row.name, is_admin: row.is_admin }
    }
}

/// What a registration brings.
#[derive(Clone, Debug)]
pub(crate) struct NewUser {
    /// Normalised address.
    pub(crate) email: String,
    /// Shown name, also of the account.
    pub(crate) name: String,
    /// Argon2id in PHC form.
    pub(crate) password_hash: String,
    /// Register even when others exist already; the first user needs no permission.
    pub(crate) others_allowed: bool,
    /// Now, in milliseconds.
    pub(crate) at: i64,
}

impl Store {
    /// True while nobody has registered.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn has_no_user(&self) -> Result<bool> {
        has_no_user(&self.reader).await
    }

    /// Makes a user with an account of their own. The first one becomes the administrator of the instance.
    ///
    /// # Errors
    /// `Forbidden` when others exist and may not register, `Conflict` when the address is taken.
    pub(crate) async fn register(&self, new: NewUser) -> Result<User> {
        let transaction = self.begin_write().await?;
        if !self.is_sqlite() {
            // One registration at a time, or two could both be the first.
            lock_registration(&transaction).await?;
        }
        let first = has_no_user(&transaction).await?;
        if !first && !new.others_allowed {
            return Err(Error::Forbidden("registration is not open on this instance"));
        }
        let user = insert_user(&transaction, &new, first).await?;
        let account_id = crate::ids::new_id();
        let owned = account::ActiveModel {
            id: Set(account_id.clone()),
            name: Set(new.name),
            created_at: Set(new.at),
            ..Default::default()
        };
        owned.insert(&transaction).await?;
        let membership = member::ActiveModel {
            account_id: Set(account_id),
            user_id: Set(user.id.clone()),
            role: Set(Role::Owner.as_str().to_owned()),
            limited: Set(false),
            created_at: Set(new.at),
        };
        membership.insert(&transaction).await?;
        transaction.commit().await?;
        Ok(user)
    }

    /// The user with that address and their password hash.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn credentials(&self, email: &str) -> Result<Option<(User, String)>> {
        let row = user::Entity::find().filter(user::Column::Email.eq(email)).one(&self.reader).await?;
        Ok(row.map(|row| {
            let hash = row.password_hash.clone();
            (row.into(), hash)
        }))
    }

    /// The account that a login of this user begins in: the oldest membership, in one that is not disabled if there is one.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn first_account_of(&self, user_id: &str) -> Result<Option<String>> {
        let disabled = account::Entity::find()
            .select_only()
            .column(account::Column::Id)
            .filter(account::Column::DisabledAt.is_not_null())
            .into_query();
        let row = member::Entity::find()
            .filter(member::Column::UserId.eq(user_id))
            .order_by_asc(Expr::col(member::Column::AccountId).in_subquery(disabled))
            .order_by_asc(member::Column::CreatedAt)
            .one(&self.reader)
            .await?;
        Ok(row.map(|row| row.account_id))
    }

    /// A transaction that will write: on SQLite it takes the write lock at once, so that what it reads stays true.
    pub(super) async fn begin_write(&self) -> Result<DatabaseTransaction> {
        Ok(self.writer.begin_with_options(write_options()).await?)
    }
}

pub(super) fn write_options() -> TransactionOptions {
    TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() }
}

/// One is enough to know: whoever comes asks this, and there may be many.
async fn has_no_user(connection: &impl ConnectionTrait) -> Result<bool> {
    let any = user::Entity::find().select_only().column(user::Column::Id).limit(1);
    Ok(any.into_tuple::<String>().one(connection).await?.is_none())
}

/// On PostgreSQL: waits for whoever else counts users or administrators, until the transaction ends.
pub(super) async fn lock_registration(transaction: &DatabaseTransaction) -> Result<()> {
    let lock = format!("SELECT pg_advisory_xact_lock({REGISTRATION_LOCK})");
    transaction.execute_unprepared(&lock).await?;
    Ok(())
}

/// An account that is there and not disabled: nothing of a disabled one works for programs and the public.
pub(super) async fn enabled(connection: &impl ConnectionTrait, id: &str) -> Result<Option<account::Model>> {
    let row = account::Entity::find_by_id(id)
        .filter(account::Column::DeletedAt.is_null())
        .filter(account::Column::DisabledAt.is_null());
    Ok(row.one(connection).await?)
}

/// Makes a user.
///
/// # Errors
/// `Conflict` when the address is taken.
pub(super) async fn insert_user(transaction: &DatabaseTransaction, new: &NewUser, first: bool) -> Result<User> {
    let row = user::ActiveModel {
        id: Set(crate::ids::new_id()),
        email: Set(new.email.clone()),
        name: Set(new.name.clone()),
        password_hash: Set(new.password_hash.clone()),
        is_admin: Set(first),
        created_at: Set(new.at),
    };
    match row.insert(transaction).await {
        Ok(row) => Ok(row.into()),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Err(Error::taken("email", "is already registered"))
        }
        Err(error) => Err(error.into()),
    }
}
