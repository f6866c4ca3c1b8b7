//! The caller's own account: its name and its end. All of it is gone at once but for what its sites hold, which is removed in
//! small steps.

use haru_entity::{account, annotation, audit_entry, member, saved_segment, site};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait,
};

use super::acting::{Acting, acting};
use super::audit::{self, Action};
use super::users::{delete_homeless, lock_users};
use super::{AccountRow, Scope, Store};
use crate::accounts::Right;
use crate::error::Result;

impl Store {
    /// The caller's account.
    ///
    /// # Errors
    /// `NotFound` when it was deleted a moment ago.
    pub(crate) async fn own_account(&self, scope: &Scope) -> Result<AccountRow> {
        self.account_of_instance(&scope.account_id).await
    }

    /// How many members the caller's account has.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn count_members(&self, scope: &Scope) -> Result<u64> {
        self.member_count(&scope.account_id).await
    }

    /// Gives the caller's account another name.
    ///
    /// # Errors
    /// `Forbidden` for those who may not.
    pub(crate) async fn rename_account(&self, scope: &Scope, name: &str) -> Result<()> {
        let transaction = self.begin_write().await?;
        let Acting { account, .. } = acting(&transaction, scope, Right::RenameAccount).await?;
        let mut row = account.into_active_model();
        row.name = Set(name.to_owned());
        row.update(&transaction).await?;
        audit::note(&transaction, scope, Action::AccountRenamed, name).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Deletes the caller's account. Its sites are hidden and their domains free; [`Store::purge_deleted_sites`] removes what they
    /// held, and [`Store::purge_deleted_accounts`] the last row. Users who are in no account then are deleted too.
    ///
    /// # Errors
    /// `Conflict` when no administrator of the instance would be left.
    pub(crate) async fn delete_account(&self, scope: &Scope, at: i64) -> Result<()> {
        let transaction = self.begin_write().await?;
        acting(&transaction, scope, Right::DeleteAccount).await?;
        let id = &scope.account_id;
        let users: Vec<String> = member::Entity::find()
            .select_only()
            .column(member::Column::UserId)
            .filter(member::Column::AccountId.eq(id))
            .into_tuple()
            .all(&transaction)
            .await?;
        lock_users(&transaction, &users).await?;
        let placeholder = || Expr::cust("'deleted:' || public_id");
        site::Entity::update_many()
            .col_expr(site::Column::Domain, placeholder())
            .col_expr(site::Column::Token, placeholder())
            .col_expr(site::Column::DeletedAt, Expr::value(at))
            .filter(site::Column::AccountId.eq(id))
            .filter(site::Column::DeletedAt.is_null())
            .exec(&transaction)
            .await?;
        // What people wrote goes at once, whatever becomes of the events.
        let sites = || {
            let of_account = site::Entity::find().select_only().column(site::Column::Id);
            of_account.filter(site::Column::AccountId.eq(id)).into_query()
        };
        saved_segment::Entity::delete_many()
            .filter(saved_segment::Column::SiteId.in_subquery(sites()))
            .exec(&transaction)
            .await?;
        annotation::Entity::delete_many()
            .filter(annotation::Column::SiteId.in_subquery(sites()))
            .exec(&transaction)
            .await?;
        // Memberships take logins, tokens and invitations along.
        member::Entity::delete_many().filter(member::Column::AccountId.eq(id)).exec(&transaction).await?;
        audit_entry::Entity::delete_many().filter(audit_entry::Column::AccountId.eq(id)).exec(&transaction).await?;
        account::Entity::update_many()
            .col_expr(account::Column::Name, Expr::value(""))
            .col_expr(account::Column::DeletedAt, Expr::value(at))
            .filter(account::Column::Id.eq(id))
            .exec(&transaction)
            .await?;
        delete_homeless(&transaction, &users).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Removes the rows of deleted accounts whose sites are gone.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn purge_deleted_accounts(&self) -> Result<u64> {
        let holding = site::Entity::find().select_only().column(site::Column::AccountId).distinct().into_query();
        let removed = account::Entity::delete_many()
            .filter(account::Column::DeletedAt.is_not_null())
            .filter(Expr::col(account::Column::Id).in_subquery(holding).not())
            .exec(&self.writer)
            .await?;
        Ok(removed.rows_affected)
    }
}
