//! Events: appended in batches, read by site and span of time. The seam behind which another engine could stand.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::TryStreamExt;
use haru_entity::{event, event_id};
use sea_orm::sea_query::{Expr, InsertStatement, OnConflict, Query, Values};
use sea_orm::{
    AccessMode, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, FromQueryResult,
    IsolationLevel, Iterable, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Statement, StreamTrait,
    TransactionOptions, TransactionTrait, Value,
};

use super::dropped::{DropCount, add_drops};
use super::{Store, accounts, nodes};
use crate::collect::Hit;
use crate::error::{Error, Result};

/// Rows of one multi-row statement: 34 values each stay well below the 32,766 that SQLite can bind, and the statements of
/// all sizes fit into the driver's cache.
const ROWS_A_STATEMENT: usize = 64;

/// The last batch of each node that a reader has seen.
pub(crate) type Seen = BTreeMap<i64, i64>;

/// What one node commits at once.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    /// The node.
    pub(crate) node: i64,
    /// Its number of this batch; a number is committed once only.
    pub(crate) seq: i64,
    /// Now, in milliseconds.
    pub(crate) at: i64,
    /// The events, in order of arrival.
    pub(crate) hits: &'a [Hit],
    /// What was dropped since the last batch.
    pub(crate) drops: &'a [DropCount],
}

/// What became of a batch's hits, in their order: false where an event of that id is stored already.
pub(crate) type Appended = Vec<bool>;

/// A span of time, in milliseconds, its end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// First instant.
    pub(crate) start: i64,
    /// First instant behind it.
    pub(crate) end: i64,
}

/// Which part of a read a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Newer than what the reader had seen.
    Newer,
    /// Within the span of that index.
    Span(usize),
}

/// Takes the rows of a read as they come, so that a large day is never held twice.
pub(crate) type RowSink<'a> = &'a mut (dyn FnMut(Part, event::Model) + Send);

/// Where events live. `Store` keeps them in tables; another engine would implement this.
#[async_trait]
pub(crate) trait EventStore: std::fmt::Debug + Send + Sync {
    /// Commits a batch, all or nothing.
    async fn append(&self, batch: Batch<'_>) -> Result<Appended>;

    /// Number of the node's last committed batch.
    async fn last_batch(&self, node: i64) -> Result<i64>;

    /// Reads a site in one snapshot: what is newer than `seen` (nothing when `None`), then whole spans, each in order of
    /// time, rows of one instant in order of arrival. Answers with the batches that the snapshot holds.
    async fn read(&self, site: i64, seen: Option<&Seen>, spans: &[Span], sink: RowSink<'_>) -> Result<Seen>;

    /// Instant of the site's first event.
    async fn first_event_at(&self, site: i64) -> Result<Option<i64>>;
}

#[async_trait]
impl EventStore for Store {
    async fn append(&self, batch: Batch<'_>) -> Result<Appended> {
        // Nearly always all ids are new, and then nothing needs to be read back.
        if let Some(fresh) = self.append_claiming(&batch, Claim::AllOrNone).await? {
            return Ok(fresh);
        }
        let fresh = self.append_claiming(&batch, Claim::TellingWhich).await?;
        fresh.ok_or_else(|| Error::internal("a batch could not tell which of its ids are new"))
    }

    async fn last_batch(&self, node: i64) -> Result<i64> {
        nodes::last_batch(&self.ingest, node).await
    }

    async fn read(&self, site: i64, seen: Option<&Seen>, spans: &[Span], sink: RowSink<'_>) -> Result<Seen> {
        let transaction = self.reader.begin_with_options(self.snapshot_options()).await?;
        let heads = nodes::heads(&transaction).await?;
        if let Some(seen) = seen.filter(|seen| **seen != heads) {
            each_row(&transaction, newer_than(site, seen, &heads), Part::Newer, sink).await?;
        }
        for (index, span) in spans.iter().enumerate() {
            let within = event::Entity::find()
                .filter(event::Column::SiteId.eq(site))
                .filter(event::Column::At.gte(span.start))
                .filter(event::Column::At.lt(span.end));
            each_row(&transaction, within, Part::Span(index), sink).await?;
        }
        transaction.rollback().await?;
        Ok(heads)
    }

    async fn first_event_at(&self, site: i64) -> Result<Option<i64>> {
        let first = event::Entity::find()
            .select_only()
            .column(event::Column::At)
            .filter(event::Column::SiteId.eq(site))
            .order_by_asc(event::Column::At)
            .limit(1)
            .into_tuple::<i64>()
            .one(&self.reader)
            .await?;
        Ok(first)
    }
}

/// How the ids of a batch are marked as seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    /// Gives up when any of them has been seen.
    AllOrNone,
    /// Reads back which of them are new.
    TellingWhich,
}

impl Store {
    /// Commits a batch and tells which of its hits are new; `None`, and nothing stored, when the claim was given up.
    async fn append_claiming(&self, batch: &Batch<'_>, claim: Claim) -> Result<Option<Appended>> {
        let transaction = self.ingest.begin_with_options(accounts::write_options()).await?;
        let Some(fresh) = claim_ids(&transaction, batch, claim).await? else {
            transaction.rollback().await?;
            return Ok(None);
        };
        let counted: Vec<&Hit> =
            batch.hits.iter().zip(&fresh).filter_map(|(hit, fresh)| fresh.then_some(hit)).collect();
        for hits in counted.chunks(ROWS_A_STATEMENT) {
            let insert = insert_events(&self.insert_texts, self.backend(), batch, hits)?;
            transaction.execute_raw(insert).await?;
        }
        if !batch.drops.is_empty() {
            add_drops(&transaction, batch.drops).await?;
        }
        nodes::insert_batch(&transaction, batch.node, batch.seq, batch.at, counted.len()).await?;
        transaction.commit().await?;
        Ok(Some(fresh))
    }

    /// Options of a transaction that reads one snapshot.
    pub(super) fn snapshot_options(&self) -> TransactionOptions {
        if self.is_sqlite() {
            return TransactionOptions::default();
        }
        TransactionOptions {
            isolation_level: Some(IsolationLevel::RepeatableRead),
            access_mode: Some(AccessMode::ReadOnly),
            ..Default::default()
        }
    }
}

fn newer_than(site: i64, seen: &Seen, heads: &Seen) -> Select<event::Entity> {
    let mut condition = Condition::any();
    for (node, head) in heads {
        let from = seen.get(node).copied().unwrap_or(0);
        if *head > from {
            condition =
                condition.add(Condition::all().add(event::Column::Node.eq(*node)).add(event::Column::Seq.gt(from)));
        }
    }
    event::Entity::find().filter(event::Column::SiteId.eq(site)).filter(condition)
}

async fn each_row(
    transaction: &DatabaseTransaction,
    query: Select<event::Entity>,
    part: Part,
    sink: RowSink<'_>,
) -> Result<()> {
    let statement = query
        .order_by_asc(event::Column::At)
        .order_by_asc(event::Column::Node)
        .order_by_asc(event::Column::Seq)
        .order_by_asc(event::Column::Id)
        .into_query();
    let mut rows = transaction.stream(&statement).await?;
    while let Some(row) = rows.try_next().await? {
        sink(part, event::Model::from_query_result(&row, "")?);
    }
    Ok(())
}

/// Marks the ids of a batch as seen and tells which hits are new; hits without an id always are, and of hits with the same
/// id the first is. `None` when the claim is all or none and it is not all.
async fn claim_ids(transaction: &DatabaseTransaction, batch: &Batch<'_>, claim: Claim) -> Result<Option<Appended>> {
    let mut first_of: BTreeMap<(i64, &str), usize> = BTreeMap::new();
    let mut fresh = vec![true; batch.hits.len()];
    for (index, hit) in batch.hits.iter().enumerate() {
        let Some(id) = &hit.event_id else { continue };
        fresh[index] = false;
        first_of.entry((hit.site_id, id.as_str())).or_insert(index);
    }
    // Sorted by key: two nodes that claim the same ids wait for each other instead of deadlocking.
    let claims: Vec<_> = first_of.iter().collect();
    for part in claims.chunks(ROWS_A_STATEMENT) {
        let mut insert = insert_ids(part, batch.at)?;
        match claim {
            Claim::AllOrNone => {
                if transaction.execute(&insert).await?.rows_affected() != part.len() as u64 {
                    return Ok(None);
                }
                for (_, index) in part {
                    fresh[**index] = true;
                }
            }
            Claim::TellingWhich => {
                insert.returning(Query::returning().columns([event_id::Column::SiteId, event_id::Column::Id]));
                for row in transaction.query_all(&insert).await? {
                    let (site, id): (i64, String) = (row.try_get("", "site_id")?, row.try_get("", "id")?);
                    if let Some(index) = first_of.get(&(site, id.as_str())) {
                        fresh[*index] = true;
                    }
                }
            }
        }
    }
    Ok(Some(fresh))
}

fn insert_ids(claims: &[(&(i64, &str), &usize)], at: i64) -> Result<InsertStatement> {
    let mut insert = Query::insert();
    insert
        .into_table(event_id::Entity)
        .columns([event_id::Column::SiteId, event_id::Column::Id, event_id::Column::ReceivedAt])
        .on_conflict(OnConflict::columns([event_id::Column::SiteId, event_id::Column::Id]).do_nothing().to_owned());
    for ((site, id), _) in claims {
        insert.values([(*site).into(), (*id).into(), at.into()].map(Expr::val::<Value>)).map_err(Error::internal)?;
    }
    Ok(insert)
}

/// The statement that stores hits. Its text depends on their number alone and is written once for each; the values go in
/// as they are, which halves what a hit costs on its way to the driver.
fn insert_events(texts: &InsertTexts, backend: DbBackend, batch: &Batch<'_>, hits: &[&Hit]) -> Result<Statement> {
    let text = texts.of(backend, hits.len())?;
    let values = hits.iter().flat_map(|hit| values(batch, hit)).collect();
    Ok(Statement { sql: text, values: Some(Values(values)), db_backend: backend })
}

/// Texts of the insert statement by number of rows, at most [`ROWS_A_STATEMENT`] of them.
#[derive(Debug, Default)]
pub(super) struct InsertTexts(Mutex<BTreeMap<usize, String>>);

impl InsertTexts {
    fn of(&self, backend: DbBackend, rows: usize) -> Result<String> {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = texts.get(&rows) {
            return Ok(text.clone());
        }
        let columns: Vec<event::Column> =
            event::Column::iter().filter(|column| !matches!(column, event::Column::Id)).collect();
        let mut insert = Query::insert();
        insert.into_table(event::Entity).columns(columns.iter().copied());
        for _ in 0..rows {
            insert.values(columns.iter().map(|_| Expr::val(0))).map_err(Error::internal)?;
        }
        let text = backend.build(&insert).sql;
        texts.insert(rows, text.clone());
        Ok(text)
    }
}

/// A hit's values in the order of the table's columns, without the key.
fn values(batch: &Batch<'_>, hit: &Hit) -> [Value; 34] {
    let text = |text: &String| Value::from(text.clone());
    [
        hit.site_id.into(),
        hit.ts_ms.into(),
        batch.node.into(),
        batch.seq.into(),
        hit.kind.code().into(),
        text(&hit.name),
        hit.visitor.into(),
        text(&hit.hostname),
        text(&hit.page),
        text(&hit.source),
        text(&hit.referrer),
        text(&hit.channel),
        text(&hit.utm_source),
        text(&hit.utm_medium),
        text(&hit.utm_campaign),
        text(&hit.utm_content),
        text(&hit.utm_term),
        text(&hit.country),
        text(&hit.region),
        text(&hit.city),
        text(&hit.browser),
        text(&hit.browser_version),
        text(&hit.os),
        text(&hit.os_version),
        text(&hit.device),
        text(&hit.screen),
        text(&hit.language),
        hit.props.clone().into(),
        hit.revenue_amount.into(),
        hit.revenue_currency.clone().into(),
        hit.interactive.into(),
        hit.engaged_ms.into(),
        hit.scroll_depth.into(),
        HUMAN.into(),
    ]
}

/// Verdict of an event that is counted; bots are dropped before they get here.
const HUMAN: i16 = 0;
