//! Who changes something in an account, looked at again inside the transaction: they may have lost the right, or sites, since
//! the call was let in.

use haru_entity::{account, member, member_site, site};
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};

use super::sessions::ENDED;
use super::sites::{keys_of, visible};
use super::{Reach, Role, Scope, sound};
use crate::accounts::Right;
use crate::error::{Error, Result};

/// Who changes something in an account, as they are now.
pub(super) struct Acting {
    pub(super) account: account::Model,
    pub(super) scope: Scope,
}

/// Locks the caller's account, so that one change in it waits for the other, and looks at the caller again: they may have
/// lost the right since the call was let in.
pub(super) async fn acting(transaction: &DatabaseTransaction, scope: &Scope, right: Right) -> Result<Acting> {
    let account = locked_account(transaction, &scope.account_id).await?.ok_or(ENDED)?;
    let row = member_row(transaction, &scope.account_id, &scope.user_id).await?.ok_or(ENDED)?;
    let role = Role::stored(&row.role)?;
    right.check(role)?;
    Ok(Acting { account, scope: Scope { role, limited: row.limited, ..scope.clone() } })
}

/// An account that was not deleted, locked until the transaction ends. SQLite has one writer anyway. On PostgreSQL it is the lock
/// that lets others still refer to the account: a login that begins writes to its log, and must not wait for who waits for it.
pub(super) async fn locked_account(transaction: &DatabaseTransaction, id: &str) -> Result<Option<account::Model>> {
    let row = account::Entity::find_by_id(id).filter(account::Column::DeletedAt.is_null());
    let row = row.lock(LockType::NoKeyUpdate);
    Ok(row.one(transaction).await?)
}

pub(super) async fn member_row(
    transaction: &DatabaseTransaction,
    account_id: &str,
    user_id: &str,
) -> Result<Option<member::Model>> {
    Ok(member::Entity::find_by_id((account_id.to_owned(), sound(user_id).to_owned())).one(transaction).await?)
}

/// The membership of somebody else whom the caller may change and remove.
pub(super) async fn manageable(
    transaction: &DatabaseTransaction,
    caller: &Scope,
    user_id: &str,
) -> Result<member::Model> {
    let row = member_row(transaction, &caller.account_id, user_id).await?.ok_or(Error::NotFound("member"))?;
    if Role::stored(&row.role)? == Role::Owner {
        return Err(Error::Forbidden("nobody can change or remove the owner"));
    }
    if row.user_id == caller.user_id {
        return Err(Error::Forbidden("nobody can change themself"));
    }
    if caller.limited {
        let own = visible(caller).select_only().column(site::Column::Id).into_query();
        let beyond = member_site::Entity::find()
            .filter(member_site::Column::AccountId.eq(&row.account_id))
            .filter(member_site::Column::UserId.eq(&row.user_id))
            .filter(member_site::Column::SiteId.not_in_subquery(own))
            .count(transaction)
            .await?;
        if !row.limited || beyond > 0 {
            return Err(Error::Forbidden("you see only some of the sites, and cannot manage those who see others"));
        }
    }
    Ok(row)
}

/// Keys of the sites that somebody is to see, none of which is hidden from the caller.
///
/// # Errors
/// `Forbidden` for all sites from a caller who sees only some, `Invalid` for a site that the caller can't see.
pub(super) async fn keys_within(transaction: &DatabaseTransaction, caller: &Scope, reach: &Reach) -> Result<Vec<i64>> {
    match reach {
        Reach::All if caller.limited => {
            Err(Error::Forbidden("you see only some of the sites, and cannot let others see all of them"))
        }
        Reach::All => Ok(Vec::new()),
        Reach::Only(ids) => keys_of(transaction, caller, ids).await,
    }
}
