//! Sites, always within a [`Scope`]; and the one lookup without, by tracking token or domain, for `collect`.

use std::collections::BTreeSet;

use haru_entity::{api_token_site, event_block, member_site, sealed_day, site, site_timezone};
use haru_stats::packed::quarter_start;
use haru_stats::time::SiteZones;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select, SqlErr,
};

use super::accounts::enabled;
use super::audit::{self, Action};
use super::usage::check_sites_quota;
use super::{Scope, Store, sound};
use crate::collect::AddressHash;
use crate::error::{Error, Result};

/// A site as its account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// Internal key, used in event rows.
    pub(crate) key: i64,
    /// Public id.
    pub(crate) id: String,
    /// Shown name.
    pub(crate) name: String,
    /// Lower case, without `www.`.
    pub(crate) domain: String,
    /// Tracking token.
    pub(crate) token: String,
    /// IANA zone that its days follow now.
    pub(crate) timezone: String,
    /// Whether Do Not Track is honoured.
    pub(crate) honour_dnt: bool,
    /// Hosts whose pages are counted; none: all.
    pub(crate) allowed_hostnames: Vec<String>,
    /// Patterns of pages that are not counted.
    pub(crate) excluded_paths: Vec<String>,
    /// Days that are kept after their end; for ever when `None`.
    pub(crate) retention_days: Option<i64>,
    /// How often that was changed.
    pub(crate) retention_changes: i64,
    /// Whether everybody may see its numbers.
    pub(crate) public: bool,
    /// When it was made.
    pub(crate) created_at: i64,
}

impl From<site::Model> for Site {
    fn from(row: site::Model) -> Self {
        Self {
            key: row.id,
            id: row.public_id,
            name: row.name,
            domain: row.domain,
            token: row.token,
            timezone: row.timezone,
            honour_dnt: row.honour_dnt,
            allowed_hostnames: lines(&row.allowed_hostnames),
            excluded_paths: lines(&row.excluded_paths),
            retention_days: row.retention_days,
            retention_changes: row.retention_changes,
            public: row.public,
            created_at: row.created_at,
        }
    }
}

/// A list as it is stored: one a line.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// From when on a site's days follow which zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TimezoneEra {
    /// First instant, in milliseconds; the first era begins at `i64::MIN`.
    pub(crate) since: i64,
    /// The zone.
    pub(crate) timezone: chrono_tz::Tz,
}

/// What `collect` needs to know of a site.
#[derive(Clone, Debug)]
pub(crate) struct TrackedSite {
    /// The site.
    pub(crate) site: Site,
    /// The zones that its days have followed.
    pub(crate) zones: SiteZones,
    /// Hashes of the addresses that it does not count.
    pub(crate) excluded_addresses: BTreeSet<AddressHash>,
}

/// A site to be made; values are checked already.
#[derive(Clone, Debug)]
pub(crate) struct NewSite {
    /// Shown name.
    pub(crate) name: String,
    /// Normalised domain.
    pub(crate) domain: String,
    /// IANA zone.
    pub(crate) timezone: chrono_tz::Tz,
    /// Tracking token.
    pub(crate) token: String,
    /// Now.
    pub(crate) at: i64,
}

/// The only place where sites are found for a caller: those of the account, for limited members and tokens those listed, for
/// share sessions the one.
pub(super) fn visible(scope: &Scope) -> Select<site::Entity> {
    let mut condition =
        Condition::all().add(site::Column::AccountId.eq(&scope.account_id)).add(site::Column::DeletedAt.is_null());
    if scope.limited {
        let listed = member_site::Entity::find()
            .select_only()
            .column(member_site::Column::SiteId)
            .filter(member_site::Column::AccountId.eq(&scope.account_id))
            .filter(member_site::Column::UserId.eq(&scope.user_id))
            .into_query();
        condition = condition.add(site::Column::Id.in_subquery(listed));
    }
    if let Some(token_id) = &scope.limited_token {
        let listed = api_token_site::Entity::find()
            .select_only()
            .column(api_token_site::Column::SiteId)
            .filter(api_token_site::Column::TokenId.eq(token_id))
            .into_query();
        condition = condition.add(site::Column::Id.in_subquery(listed));
    }
    if let Some(key) = scope.only_site {
        condition = condition.add(site::Column::Id.eq(key));
    }
    site::Entity::find().filter(condition)
}

/// A site is named by its id or its domain.
pub(super) fn named(scope: &Scope, name: &str) -> Select<site::Entity> {
    let name = sound(name);
    visible(scope)
        .filter(Condition::any().add(site::Column::PublicId.eq(name)).add(site::Column::Domain.eq(name.to_lowercase())))
}

/// The keys of sites by public id, all of which the caller must see. They are held until the transaction ends, so that no reset
/// leaves a key here that has just been retired.
///
/// # Errors
/// `Invalid` when there is one that they can't.
pub(super) async fn keys_of(transaction: &DatabaseTransaction, scope: &Scope, ids: &[String]) -> Result<Vec<i64>> {
    let sound: Vec<&String> = ids.iter().filter(|id| !id.contains('\0')).collect();
    // Who waited for a reset finds the retired row gone and its successor not yet: the second look sees that.
    for _ in 0..2 {
        let rows = visible(scope).filter(site::Column::PublicId.is_in(sound.iter().copied()));
        let found = rows.order_by_asc(site::Column::Id).lock_shared().all(transaction).await?;
        if found.len() == ids.len() {
            return Ok(found.into_iter().map(|row| row.id).collect());
        }
    }
    Err(Error::field("site_ids", "names a site that there is not"))
}

/// The same row, held until the transaction ends: what is done to a site is done one after the other, and nothing is left with
/// a row that a reset has just retired.
///
/// # Errors
/// `NotFound` when there is none that the caller may see.
pub(super) async fn locked(transaction: &DatabaseTransaction, scope: &Scope, name: &str) -> Result<site::Model> {
    named(scope, name).lock_exclusive().one(transaction).await?.ok_or(Error::NotFound("site"))
}

impl Store {
    /// The site of that id or domain.
    ///
    /// # Errors
    /// `NotFound` when there is none that the caller may see.
    pub(crate) async fn site(&self, scope: &Scope, name: &str) -> Result<Site> {
        named(scope, name).one(&self.reader).await?.map(Site::from).ok_or(Error::NotFound("site"))
    }

    /// Sites by age, at most `limit` after the one with public id `after`.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn sites(&self, scope: &Scope, limit: u64, after: Option<&str>) -> Result<Vec<Site>> {
        let after = after.filter(|after| !after.contains('\0'));
        let mut query = visible(scope).order_by_asc(site::Column::PublicId).limit(limit);
        if let Some(after) = after {
            query = query.filter(site::Column::PublicId.gt(after));
        }
        Ok(query.all(&self.reader).await?.into_iter().map(Site::from).collect())
    }

    /// Keys of those sites that may have events at or after an instant: they have a block of
    /// then, or a sealed day that ends later.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn sites_awake_since(&self, scope: &Scope, instant: i64) -> Result<BTreeSet<i64>> {
        let key = || Expr::col((site::Entity, site::Column::Id));
        let block = |column| Expr::col((event_block::Entity, column));
        let blocks = Query::select()
            .expr(Expr::val(1))
            .from(event_block::Entity)
            .and_where(block(event_block::Column::SiteId).eq(key()))
            .and_where(block(event_block::Column::FirstAt).gte(quarter_start(instant)))
            .take();
        let days = Query::select()
            .expr(Expr::val(1))
            .from(sealed_day::Entity)
            .and_where(Expr::col((sealed_day::Entity, sealed_day::Column::SiteId)).eq(key()))
            .and_where(Expr::col((sealed_day::Entity, sealed_day::Column::EndsAt)).gt(instant))
            .and_where(Expr::col((sealed_day::Entity, sealed_day::Column::Sealed)).gt(0))
            .take();
        let awake = visible(scope)
            .select_only()
            .column(site::Column::Id)
            .filter(Condition::any().add(Expr::exists(blocks)).add(Expr::exists(days)))
            .into_tuple::<i64>();
        Ok(awake.all(&self.reader).await?.into_iter().collect())
    }

    /// Which of these texts are domains of sites of this instance, whoever has them: it tells nobody's data, only that a host is
    /// somebody's.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn domains_among(&self, hosts: BTreeSet<String>) -> Result<BTreeSet<String>> {
        if hosts.is_empty() {
            return Ok(BTreeSet::new());
        }
        let domains = site::Entity::find()
            .select_only()
            .column(site::Column::Domain)
            .filter(site::Column::Domain.is_in(hosts))
            .filter(site::Column::DeletedAt.is_null())
            .into_tuple::<String>();
        Ok(domains.all(&self.reader).await?.into_iter().collect())
    }

    /// Makes a site in the caller's account.
    ///
    /// # Errors
    /// `Forbidden` beyond the account's quota, `Conflict` when the domain is taken on this instance.
    pub(crate) async fn insert_site(&self, scope: &Scope, new: NewSite) -> Result<Site> {
        let transaction = self.begin_write().await?;
        check_sites_quota(&transaction, scope).await?;
        let row = site::ActiveModel {
            public_id: Set(crate::ids::new_id()),
            account_id: Set(scope.account_id.clone()),
            name: Set(new.name),
            domain: Set(new.domain),
            token: Set(new.token),
            timezone: Set(new.timezone.name().to_owned()),
            honour_dnt: Set(false),
            allowed_hostnames: Set(String::new()),
            excluded_paths: Set(String::new()),
            retention_days: Set(None),
            retention_changes: Set(0),
            public: Set(false),
            created_at: Set(new.at),
            deleted_at: Set(None),
            ..Default::default()
        };
        let row = row.insert(&transaction).await.map_err(domain_taken)?;
        insert_era(&transaction, row.id, &TimezoneEra { since: i64::MIN, timezone: new.timezone }).await?;
        audit::note(&transaction, scope, Action::SiteMade, &row.domain).await?;
        transaction.commit().await?;
        Ok(row.into())
    }

    /// The zones that a site's days have followed.
    ///
    /// # Errors
    /// When the database can't answer, or holds a zone that this build does not know.
    pub(crate) async fn zones(&self, site: &Site) -> Result<SiteZones> {
        let rows = site_timezone::Entity::find()
            .filter(site_timezone::Column::SiteId.eq(site.key))
            .order_by_asc(site_timezone::Column::Since)
            .all(&self.reader)
            .await?;
        let mut eras = Vec::with_capacity(rows.len());
        for row in rows {
            eras.push((row.since, row.timezone.parse::<chrono_tz::Tz>().map_err(Error::internal)?));
        }
        let Some((_, first)) = eras.first().copied() else {
            return Err(Error::internal("a site without a timezone"));
        };
        Ok(SiteZones::new(first, eras.split_off(1)))
    }

    /// The site behind a tracking token: tokens are public, this is not tenant data being read.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn tracked_by_token(&self, token: &str) -> Result<Option<TrackedSite>> {
        self.tracked(site::Column::Token.eq(token)).await
    }

    /// The site behind a domain, for the events route of Plausible's clients.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn tracked_by_domain(&self, domain: &str) -> Result<Option<TrackedSite>> {
        self.tracked(site::Column::Domain.eq(domain)).await
    }

    async fn tracked(&self, condition: sea_orm::sea_query::SimpleExpr) -> Result<Option<TrackedSite>> {
        let row =
            site::Entity::find().filter(condition).filter(site::Column::DeletedAt.is_null()).one(&self.reader).await?;
        let Some(row) = row else { return Ok(None) };
        if enabled(&self.reader, &row.account_id).await?.is_none() {
            return Ok(None);
        }
        let site = Site::from(row);
        let zones = self.zones(&site).await?;
        let excluded_addresses = self.excluded_hashes(site.key).await?;
        Ok(Some(TrackedSite { site, zones, excluded_addresses }))
    }
}

pub(super) async fn insert_era(transaction: &DatabaseTransaction, site_key: i64, era: &TimezoneEra) -> Result<()> {
    let row = site_timezone::ActiveModel {
        site_id: Set(site_key),
        since: Set(era.since),
        timezone: Set(era.timezone.name().to_owned()),
    };
    row.insert(transaction).await?;
    Ok(())
}

pub(super) fn domain_taken(error: DbErr) -> Error {
    if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) {
        return Error::taken("domain", "is already tracked on this instance");
    }
    error.into()
}
