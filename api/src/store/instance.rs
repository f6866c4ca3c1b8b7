//! Accounts as the instance's administrators see them, for their routes and for upkeep alone: what a member asks for comes
//! from here through `own_account`, which takes a scope.

use haru_entity::{account, audit_entry, member, session, site, user};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::acting::locked_account;
use super::audit::{self, Action};
use super::{Edit, Role, Scope, Store, User, sound};
use crate::error::{Error, Result};

/// An account without what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountRow {
    /// Public id.
    pub(crate) id: String,
    /// Shown name.
    pub(crate) name: String,
    /// When it was made.
    pub(crate) created_at: i64,
    /// Whether an administrator has disabled it.
    pub(crate) disabled: bool,
    /// Sites that it may have.
    pub(crate) sites_max: Option<i64>,
    /// Events that it may have in a month.
    pub(crate) events_a_month_max: Option<i64>,
}

impl From<account::Model> for AccountRow {
    fn from(row: account::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            created_at: row.created_at,
            disabled: row.disabled_at.is_some(),
            sites_max: row.sites_max,
            events_a_month_max: row.events_a_month_max,
        }
    }
}

/// What to change of an account; values are checked already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AccountChange {
    /// Disable or enable it.
    pub(crate) disabled: Option<bool>,
    /// New quota of sites, or none.
    pub(crate) sites_max: Edit<i64>,
    /// New quota of events, or none.
    pub(crate) events_a_month_max: Edit<i64>,
}

impl Store {
    /// Accounts by age, at most `limit` after the one with id `after`.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn accounts_of_instance(&self, limit: u64, after: Option<&str>) -> Result<Vec<AccountRow>> {
        let mut query = account::Entity::find()
            .filter(account::Column::DeletedAt.is_null())
            .order_by_asc(account::Column::Id)
            .limit(limit);
        if let Some(after) = after.filter(|after| !after.contains('\0')) {
            query = query.filter(account::Column::Id.gt(after));
        }
        Ok(query.all(&self.reader).await?.into_iter().map(AccountRow::from).collect())
    }

    /// Accounts that have a quota of events.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn accounts_with_quota(&self) -> Result<Vec<AccountRow>> {
        let query = account::Entity::find()
            .filter(account::Column::DeletedAt.is_null())
            .filter(account::Column::EventsAMonthMax.is_not_null());
        Ok(query.all(&self.reader).await?.into_iter().map(AccountRow::from).collect())
    }

    /// The account of that id.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) async fn account_of_instance(&self, id: &str) -> Result<AccountRow> {
        let row = account::Entity::find_by_id(sound(id)).filter(account::Column::DeletedAt.is_null());
        row.one(&self.reader).await?.map(AccountRow::from).ok_or(Error::NotFound("account"))
    }

    /// Changes an account; the account's log tells of it.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) async fn change_account(&self, admin: &Scope, id: &str, change: AccountChange, at: i64) -> Result<()> {
        let transaction = self.begin_write().await?;
        let row = locked_account(&transaction, sound(id)).await?.ok_or(Error::NotFound("account"))?;
        let there = Scope { account_id: row.id.clone(), ..admin.clone() };
        let mut row = row.into_active_model();
        if let Some(disabled) = change.disabled
            && disabled != row.disabled_at.as_ref().is_some()
        {
            row.disabled_at = Set(disabled.then_some(at));
            let action = if disabled { Action::AccountDisabled } else { Action::AccountEnabled };
            audit::note(&transaction, &there, action, row.name.as_ref()).await?;
        }
        let shown = |max: Option<i64>| max.map_or_else(|| "no limit".to_owned(), |max| max.to_string());
        if let Edit::To(max) = change.sites_max {
            row.sites_max = Set(max);
            let subject = format!("sites: {}", shown(max));
            audit::note(&transaction, &there, Action::QuotaChanged, subject).await?;
        }
        if let Edit::To(max) = change.events_a_month_max {
            row.events_a_month_max = Set(max);
            // What the owner was told was about the old one.
            row.told_near = Set(None);
            row.told_exceeded = Set(None);
            let subject = format!("events a month: {}", shown(max));
            audit::note(&transaction, &there, Action::QuotaChanged, subject).await?;
        }
        if row.is_changed() {
            row.update(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Takes a domain from the site that holds it, which goes on under a name that nobody can claim.
    ///
    /// # Errors
    /// `NotFound` when no site holds it.
    pub(crate) async fn release_domain(&self, admin: &Scope, domain: &str) -> Result<()> {
        let transaction = self.begin_write().await?;
        let row = site::Entity::find()
            .filter(site::Column::Domain.eq(domain))
            .filter(site::Column::DeletedAt.is_null())
            .one(&transaction)
            .await?
            .ok_or(Error::NotFound("site"))?;
        let there = Scope { account_id: row.account_id.clone(), ..admin.clone() };
        let released = format!("released-{}.invalid", row.public_id);
        audit::note(&transaction, &there, Action::SiteChanged, format!("{domain}, now {released}")).await?;
        let mut row = row.into_active_model();
        row.domain = Set(released);
        row.update(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Notes that an account's owner is told in that month that its quota is nearly, or wholly, used; false when they were
    /// told already.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn note_told(&self, account_id: &str, exceeded: bool, month: i64) -> Result<bool> {
        let column = if exceeded { account::Column::ToldExceeded } else { account::Column::ToldNear };
        let untold = sea_orm::Condition::any().add(column.is_null()).add(column.lt(month));
        let told = account::Entity::update_many()
            .col_expr(column, Expr::value(month))
            .filter(account::Column::Id.eq(account_id))
            .filter(account::Column::DeletedAt.is_null())
            .filter(untold)
            .exec(&self.writer)
            .await?;
        Ok(told.rows_affected == 1)
    }

    /// The owner of an account.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn owner_of(&self, account_id: &str) -> Result<Option<User>> {
        let row = member::Entity::find()
            .filter(member::Column::AccountId.eq(account_id))
            .filter(member::Column::Role.eq(Role::Owner.as_str()))
            .one(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(user::Entity::find_by_id(row.user_id).one(&self.reader).await?.map(User::from))
    }

    /// How many members an account has.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn member_count(&self, account_id: &str) -> Result<u64> {
        let members = member::Entity::find().filter(member::Column::AccountId.eq(account_id));
        Ok(members.count(&self.reader).await?)
    }

    /// When a member of an account last was there: the newest login or entry of the log.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn last_visit_at(&self, account_id: &str) -> Result<Option<i64>> {
        let login = session::Entity::find()
            .select_only()
            .column(session::Column::RotatedAt)
            .filter(session::Column::AccountId.eq(account_id))
            .order_by_desc(session::Column::RotatedAt)
            .limit(1)
            .into_tuple::<i64>()
            .one(&self.reader)
            .await?;
        let entry = audit_entry::Entity::find()
            .select_only()
            .column(audit_entry::Column::At)
            .filter(audit_entry::Column::AccountId.eq(account_id))
            .order_by_desc(audit_entry::Column::Id)
            .limit(1)
            .into_tuple::<i64>()
            .one(&self.reader)
            .await?;
        Ok(login.max(entry))
    }
}
