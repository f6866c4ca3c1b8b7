//! Committing a batch: ids claimed, events stored, the batch's number taken, all or nothing.
//!
//! Events are stored in blocks, so that what a commit costs is hardly more than to claim their ids. Nearly always all ids are new,
//! and then a batch goes the short way: one trip. When an id is known already, or drops are to be counted, it goes the long way: a transaction that reads back what
//! is new.

mod kept;
mod postgres;
mod sqlite;

pub(super) use kept::Kept;
pub(super) use sqlite::Direct;

use std::collections::{BTreeMap, BTreeSet};

use haru_entity::{event_block, event_id, site};
use haru_stats::packed::{Block, Blocks};
use sea_orm::sea_query::{Expr, InsertStatement, OnConflict, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, TransactionTrait, Value,
};

use super::dropped::{DropCount, add_drops};
use super::events::{Appended, Batch};
use super::{Store, accounts, nodes};
use crate::collect::Hit;
use crate::error::{Error, Result};

/// Rows of one multi-row statement: statements of all sizes fit into the driver's cache.
const ROWS_A_STATEMENT: usize = 64;

/// The ids of a batch, each with the first hit that has it. Sorted, so that two nodes that claim the same ids wait for
/// each other instead of deadlocking.
type Claims<'b> = BTreeMap<(i64, &'b str), usize>;

impl Store {
    /// Commits a batch, unless it has been, and tells which of its hits are new.
    pub(super) async fn append_batch(&self, batch: &Batch<'_>) -> Result<Appended> {
        let (claims, fresh) = claims(batch);
        let hits = counted(batch, &fresh);
        if batch.drops.is_empty() && !hits.is_empty() {
            let stored = match &self.direct {
                Some(direct) => direct.append(batch, &claims, &hits)?,
                None => postgres::append(&self.ingest, &self.kept, batch, &claims, &hits).await?,
            };
            if stored == Stored::Whole {
                return Ok(Appended::Now(fresh));
            }
        }
        self.append_telling_which(batch, &claims).await
    }

    /// The same without hits and drops of sites that are not there any more: nobody would remove these rows.
    pub(super) async fn append_late_batch(&self, batch: &Batch<'_>) -> Result<Appended> {
        let of_hits = batch.hits.iter().map(|hit| hit.site_id);
        let sites: BTreeSet<i64> = of_hits.chain(batch.drops.iter().map(|drop| drop.site)).collect();
        // Not those either that are about to go, lest one goes before these rows come.
        let there = site::Entity::find()
            .select_only()
            .column(site::Column::Id)
            .filter(site::Column::Id.is_in(sites))
            .filter(site::Column::DeletedAt.is_null());
        let there: BTreeSet<i64> = there.into_tuple::<i64>().all(&self.ingest).await?.into_iter().collect();
        let hits: Vec<&Hit> = batch.hits.iter().copied().filter(|hit| there.contains(&hit.site_id)).collect();
        let drops: Vec<DropCount> = batch.drops.iter().filter(|drop| there.contains(&drop.site)).cloned().collect();
        let batch_of_there = Batch { hits: &hits, drops: &drops, ..*batch };
        let appended = if self.is_sqlite() {
            // On the short way the thread would wait for whoever writes, and hits that are to be written down with it.
            self.append_telling_which(&batch_of_there, &claims(&batch_of_there).0).await?
        } else {
            self.append_batch(&batch_of_there).await?
        };
        let Appended::Now(fresh) = appended else { return Ok(Appended::Before) };
        let mut fresh = fresh.into_iter();
        let is_fresh = |hit: &&Hit| there.contains(&hit.site_id) && fresh.next().unwrap_or(false);
        Ok(Appended::Now(batch.hits.iter().map(is_fresh).collect()))
    }

    async fn append_telling_which(&self, batch: &Batch<'_>, claims: &Claims<'_>) -> Result<Appended> {
        let transaction = self.ingest.begin_with_options(accounts::write_options()).await?;
        let fresh = claim_ids(&transaction, batch, claims).await?;
        let hits = counted(batch, &fresh);
        for part in blocks(&hits).chunks(ROWS_A_STATEMENT) {
            transaction.execute(&insert_blocks(batch, part)?).await?;
        }
        if !batch.drops.is_empty() {
            add_drops(&transaction, batch.drops).await?;
        }
        if nodes::insert_batch(&transaction, batch.node, batch.seq, batch.at, hits.len()).await? {
            transaction.commit().await?;
            Ok(Appended::Now(fresh))
        } else {
            transaction.rollback().await?;
            Ok(Appended::Before)
        }
    }
}

/// The ids to claim, and which hits are new if all of them are: those without an id, and of those with the same id the
/// first.
fn claims<'b>(batch: &Batch<'b>) -> (Claims<'b>, Vec<bool>) {
    let mut claims = Claims::new();
    let mut fresh = vec![true; batch.hits.len()];
    for (index, hit) in batch.hits.iter().enumerate() {
        let Some(id) = &hit.event_id else { continue };
        fresh[index] = *claims.entry((hit.site_id, id.as_str())).or_insert(index) == index;
    }
    (claims, fresh)
}

fn counted<'b>(batch: &Batch<'b>, fresh: &[bool]) -> Vec<&'b Hit> {
    batch.hits.iter().zip(fresh).filter_map(|(hit, fresh)| fresh.then_some(*hit)).collect()
}

/// What became of a batch on the short way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stored {
    /// All of it is committed.
    Whole,
    /// Nothing: a key was taken, an id or the batch's number. The long way tells which.
    Conflict,
}

/// Marks the ids of a batch as seen and tells which hits are new.
async fn claim_ids(transaction: &DatabaseTransaction, batch: &Batch<'_>, claims: &Claims<'_>) -> Result<Vec<bool>> {
    let mut fresh: Vec<bool> = batch.hits.iter().map(|hit| hit.event_id.is_none()).collect();
    let claimed: Vec<_> = claims.keys().collect();
    for part in claimed.chunks(ROWS_A_STATEMENT) {
        for row in transaction.query_all(&insert_ids(part, batch.at)?).await? {
            let (site, id): (i64, String) = (row.try_get("", "site_id")?, row.try_get("", "id")?);
            if let Some(index) = claims.get(&(site, id.as_str())) {
                fresh[*index] = true;
            }
        }
    }
    Ok(fresh)
}

/// Answers with the ids that are new.
fn insert_ids(claims: &[&(i64, &str)], at: i64) -> Result<InsertStatement> {
    let mut insert = Query::insert();
    insert
        .into_table(event_id::Entity)
        .columns([event_id::Column::SiteId, event_id::Column::Id, event_id::Column::ReceivedAt])
        .on_conflict(OnConflict::columns([event_id::Column::SiteId, event_id::Column::Id]).do_nothing().to_owned())
        .returning(Query::returning().columns([event_id::Column::SiteId, event_id::Column::Id]));
    for (site, id) in claims {
        insert.values([(*site).into(), (*id).into(), at.into()].map(Expr::val::<Value>)).map_err(Error::internal)?;
    }
    Ok(insert)
}

/// The columns of a block in the order of [`insert_blocks`], without the key.
const BLOCK_COLUMNS: [event_block::Column; 8] = [
    event_block::Column::SiteId,
    event_block::Column::Node,
    event_block::Column::Seq,
    event_block::Column::FirstAt,
    event_block::Column::LastAt,
    event_block::Column::Events,
    event_block::Column::Actions,
    event_block::Column::Packed,
];

/// The hits of each site in blocks.
fn blocks(hits: &[&Hit]) -> Vec<(i64, Block)> {
    let mut blocks = Blocks::default();
    for hit in hits {
        blocks.push(hit.site_id, &hit.event());
    }
    blocks.finish()
}

/// A number of events as it is stored: a block has some thousand at most.
fn number(events: u32) -> i32 {
    i32::try_from(events).unwrap_or(i32::MAX)
}

fn insert_blocks(batch: &Batch<'_>, blocks: &[(i64, Block)]) -> Result<InsertStatement> {
    let mut insert = Query::insert();
    insert.into_table(event_block::Entity).columns(BLOCK_COLUMNS);
    for (site, block) in blocks {
        let cells: [Value; BLOCK_COLUMNS.len()] = [
            (*site).into(),
            batch.node.into(),
            batch.seq.into(),
            block.first_at.into(),
            block.last_at.into(),
            number(block.events).into(),
            number(block.actions).into(),
            block.bytes.clone().into(),
        ];
        insert.values(cells.map(Expr::val::<Value>)).map_err(Error::internal)?;
    }
    Ok(insert)
}
