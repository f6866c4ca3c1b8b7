//! API tokens, managed within a [`Scope`]; and the one lookup without, by the secret's hash, that proves who calls.

use std::collections::HashMap;

use haru_entity::{api_token, api_token_site, member, site, user};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::accounts::enabled;
use super::acting::{Acting, acting};
use super::audit::{self, Action};
use super::sessions::check_login;
use super::sites::keys_of;
use super::{Role, Scope, SessionState, Store, sound};
use crate::accounts::Right;
use crate::error::{Error, Result};

/// A token to be made; values are checked already.
#[derive(Clone, Debug)]
pub(crate) struct NewToken {
    /// What its maker calls it.
    pub(crate) name: String,
    /// SHA-256 of the secret.
    pub(crate) hash: [u8; 32],
    /// Words, parted by blanks.
    pub(crate) scopes: String,
    /// Public ids of the sites that it reaches, each once; none: all that its maker sees.
    pub(crate) site_ids: Option<Vec<String>>,
    /// Now.
    pub(crate) at: i64,
    /// When it ends, if it does.
    pub(crate) expires_at: Option<i64>,
}

/// A token as members see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Public id.
    pub(crate) id: String,
    /// What its maker calls it.
    pub(crate) name: String,
    /// Words, parted by blanks.
    pub(crate) scopes: String,
    /// Public ids of the sites that it reaches; none: all that its maker sees.
    pub(crate) site_ids: Option<Vec<String>>,
    /// Public id of its maker.
    pub(crate) maker_id: String,
    /// Shown name of its maker.
    pub(crate) maker_name: String,
    /// When it was made.
    pub(crate) created_at: i64,
    /// When it ends, if it does.
    pub(crate) expires_at: Option<i64>,
    /// When it was last used, to the minute.
    pub(crate) last_used_at: Option<i64>,
}

/// What a secret proves.
#[derive(Clone, Debug)]
pub(crate) struct TokenGrant {
    /// Public id of the token.
    pub(crate) id: String,
    /// Words, parted by blanks.
    pub(crate) scopes: String,
    /// Whom it acts for, as they are now, and where.
    pub(crate) scope: Scope,
    /// When it ends, if it does.
    pub(crate) expires_at: Option<i64>,
}

/// The only place where tokens are found for a member: their own, for who manages the account all of it.
fn manageable(scope: &Scope) -> Select<api_token::Entity> {
    let mut condition = Condition::all().add(api_token::Column::AccountId.eq(&scope.account_id));
    if !Right::ManageAllTokens.is_of(scope.role) {
        condition = condition.add(api_token::Column::UserId.eq(&scope.user_id));
    }
    api_token::Entity::find().filter(condition)
}

fn with_id(scope: &Scope, id: &str) -> Select<api_token::Entity> {
    manageable(scope).filter(api_token::Column::Id.eq(sound(id)))
}

impl Store {
    /// Makes a token of the caller, which needs that right, unless the account has `max` already.
    ///
    /// # Errors
    /// `Invalid` for a site that the caller can't see, `Forbidden` beyond `max` and for those who may not, `Unauthenticated` when the
    /// login has ended: a token must not outlive what ended it.
    pub(crate) async fn insert_token(
        &self,
        SessionState { scope, session_id, .. }: &SessionState,
        right: Right,
        new: NewToken,
        max: u64,
    ) -> Result<Token> {
        let transaction = self.begin_write().await?;
        // Two that are made at once must not both be the last one.
        let Acting { scope: caller, .. } = acting(&transaction, scope, right).await?;
        check_login(&transaction, session_id).await?;
        let of_account = api_token::Entity::find().filter(api_token::Column::AccountId.eq(&scope.account_id));
        if of_account.count(&transaction).await? >= max {
            return Err(Error::Forbidden("this account has as many API tokens as it may have: revoke one first"));
        }
        let sites = match &new.site_ids {
            Some(ids) => keys_of(&transaction, &caller, ids).await?,
            None => Vec::new(),
        };
        let row = api_token::ActiveModel {
            id: Set(crate::ids::new_id()),
            account_id: Set(scope.account_id.clone()),
            user_id: Set(scope.user_id.clone()),
            name: Set(new.name),
            hash: Set(new.hash.to_vec()),
            scopes: Set(new.scopes),
            limited: Set(new.site_ids.is_some()),
            created_at: Set(new.at),
            expires_at: Set(new.expires_at),
            last_used_at: Set(None),
        };
        let row = row.insert(&transaction).await?;
        if !sites.is_empty() {
            let listed = sites
                .into_iter()
                .map(|key| api_token_site::ActiveModel { token_id: Set(row.id.clone()), site_id: Set(key) });
            api_token_site::Entity::insert_many(listed).exec_without_returning(&transaction).await?;
        }
        audit::note(&transaction, scope, Action::TokenMade, &row.name).await?;
        transaction.commit().await?;
        self.token(scope, &row.id).await
    }

    /// The token of that id.
    ///
    /// # Errors
    /// `NotFound` when there is none that the caller may manage.
    pub(crate) async fn token(&self, scope: &Scope, id: &str) -> Result<Token> {
        let row = with_id(scope, id).one(&self.reader).await?.ok_or(Error::NotFound("token"))?;
        self.described(vec![row]).await?.pop().ok_or(Error::NotFound("token"))
    }

    /// All tokens that the caller may manage, oldest first.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn tokens(&self, scope: &Scope) -> Result<Vec<Token>> {
        let rows = manageable(scope).order_by_asc(api_token::Column::Id).all(&self.reader).await?;
        self.described(rows).await
    }

    /// Removes a token; the hash of its secret is answered.
    ///
    /// # Errors
    /// `NotFound` when there is none that the caller may manage.
    pub(crate) async fn delete_token(&self, scope: &Scope, id: &str) -> Result<Vec<u8>> {
        let row = with_id(scope, id).one(&self.reader).await?.ok_or(Error::NotFound("token"))?;
        let transaction = self.begin_write().await?;
        api_token::Entity::delete_by_id(row.id).exec(&transaction).await?;
        audit::note(&transaction, scope, Action::TokenRevoked, row.name).await?;
        transaction.commit().await?;
        Ok(row.hash)
    }

    /// What the secret with that hash proves, if its token and its maker's membership still live, and the account is not
    /// disabled. This is the proof of who calls, before there is a scope.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn token_grant(&self, hash: &[u8; 32]) -> Result<Option<TokenGrant>> {
        let found = api_token::Entity::find().filter(api_token::Column::Hash.eq(hash.to_vec()));
        let Some(row) = found.one(&self.reader).await? else { return Ok(None) };
        let key = (row.account_id.clone(), row.user_id.clone());
        let Some(maker) = member::Entity::find_by_id(key).one(&self.reader).await? else { return Ok(None) };
        if enabled(&self.reader, &row.account_id).await?.is_none() {
            return Ok(None);
        }
        let role = Role::stored(&maker.role)?;
        Ok(Some(TokenGrant {
            scope: Scope {
                account_id: row.account_id,
                user_id: row.user_id,
                role,
                limited: maker.limited,
                limited_token: row.limited.then(|| row.id.clone()),
                only_site: None,
                client: format!("API token {}", row.name),
            },
            id: row.id,
            scopes: row.scopes,
            expires_at: row.expires_at,
        }))
    }

    /// Notes that a token was used, unless that was noted since `before`.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn note_token_use(&self, id: &str, at: i64, before: i64) -> Result<()> {
        let unnoted = Condition::any()
            .add(api_token::Column::LastUsedAt.is_null())
            .add(api_token::Column::LastUsedAt.lte(before));
        api_token::Entity::update_many()
            .col_expr(api_token::Column::LastUsedAt, Expr::value(at))
            .filter(api_token::Column::Id.eq(id))
            .filter(unnoted)
            .exec(&self.writer)
            .await?;
        Ok(())
    }

    /// Removes tokens that ended before that instant.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn delete_expired_tokens(&self, before: i64) -> Result<u64> {
        let expired = api_token::Entity::delete_many().filter(api_token::Column::ExpiresAt.lt(before));
        Ok(expired.exec(&self.writer).await?.rows_affected)
    }

    /// Rows with their sites and makers.
    async fn described(&self, rows: Vec<api_token::Model>) -> Result<Vec<Token>> {
        let ids = rows.iter().filter(|row| row.limited).map(|row| row.id.clone());
        let pairs: Vec<(String, String)> = api_token_site::Entity::find()
            .select_only()
            .column(api_token_site::Column::TokenId)
            .column(site::Column::PublicId)
            .join(
                sea_orm::JoinType::InnerJoin,
                api_token_site::Entity::belongs_to(site::Entity)
                    .from(api_token_site::Column::SiteId)
                    .to(site::Column::Id)
                    .into(),
            )
            .filter(api_token_site::Column::TokenId.is_in(ids))
            .order_by_asc(site::Column::PublicId)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let mut sites: HashMap<String, Vec<String>> = HashMap::new();
        for (token_id, site_id) in pairs {
            sites.entry(token_id).or_default().push(site_id);
        }
        let makers = user::Entity::find().filter(user::Column::Id.is_in(rows.iter().map(|row| row.user_id.clone())));
        let names: HashMap<String, String> =
            makers.all(&self.reader).await?.into_iter().map(|user| (user.id, user.name)).collect();
        let described = rows.into_iter().map(|row| Token {
            site_ids: row.limited.then(|| sites.remove(&row.id).unwrap_or_default()),
            maker_name: names.get(&row.user_id).cloned().unwrap_or_default(),
            maker_id: row.user_id,
            id: row.id,
            name: row.name,
            scopes: row.scopes,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        });
        Ok(described.collect())
    }
}

/// Removes all tokens that a user has made; the logs of their accounts tell of each.
pub(super) async fn revoke_all_of(transaction: &DatabaseTransaction, user_id: &str, client: &str) -> Result<()> {
    let made = api_token::Entity::find().filter(api_token::Column::UserId.eq(user_id));
    for row in made.order_by_asc(api_token::Column::Id).all(transaction).await? {
        let of = (row.account_id.as_str(), user_id, client);
        audit::note_of(transaction, of, Action::TokenRevoked, row.name).await?;
    }
    api_token::Entity::delete_many().filter(api_token::Column::UserId.eq(user_id)).exec(transaction).await?;
    Ok(())
}
