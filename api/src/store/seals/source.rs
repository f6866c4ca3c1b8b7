//! What an attempt seals: read in many short looks, of which none outlasts the encoding of what it saw.
//!
//! Together these looks see what one snapshot would:
//! - One short snapshot at the beginning tells the last batch of each node (the heads), the segments that hold the day, and
//!   their watermark. Later looks take the rows of the day above the watermark and up to the heads.
//! - Such rows don't become more: each node has one writer, whose batches become visible in the order of their numbers, so
//!   that all up to a head were there when the head was. What comes later lies above the heads.
//! - Nor do they become fewer while the attempt is the day's last one: rows go only when an attempt has succeeded whose
//!   watermark they don't exceed, or with their site; and segments go when they were replaced. Whoever succeeds meanwhile has
//!   overtaken this attempt, and a later look or the commit, which need the number to be the last one, find it out.
//! - No row is read twice or passed over: looks follow each other by instant, node, batch and key, which never change.
//!
//! So the watermark that the attempt commits, for each node the last batch of which it read a row, says of each row of the
//! day whether the new segments hold it.

use std::cmp::{max, min};

use haru_entity::{event, sealed_day, watermark};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    TransactionTrait,
};

use super::super::read::row_of;
use super::super::{Seen, Store, nodes};
use super::attempt::is_current;
use super::{Attempt, part_of};
use crate::error::Result;

/// Rows of one look.
const ROWS: u64 = 1_000;
/// Length of the first look's span.
const STEP_MS: i64 = 60 * 1000;

/// What an attempt seals, and how far it was read.
#[derive(Debug)]
pub(crate) struct DaySource {
    attempt: Attempt,
    /// Parts that hold the day now.
    pub(crate) parts: i32,
    /// The attempt that they are of.
    sealed: i64,
    /// What these hold.
    watermark: Seen,
    heads: Seen,
    /// Rows up to this one were read.
    after: Position,
    /// Looks end here for now: so that whatever the database does to put rows in order, it does to few.
    until: i64,
    step: i64,
}

/// Where a row stands among those of a day.
#[derive(Clone, Copy, Debug)]
struct Position {
    at: i64,
    node: i64,
    seq: i64,
    id: i64,
}

impl Position {
    /// Before all rows of an instant.
    fn before(at: i64) -> Self {
        Self { at, node: i64::MIN, seq: i64::MIN, id: i64::MIN }
    }

    /// Rows behind it.
    fn behind(self) -> Condition {
        let node = event::Column::Node;
        let same_batch = node.eq(self.node).and(event::Column::Seq.eq(self.seq));
        let later = Condition::any()
            .add(event::Column::At.gt(self.at))
            .add(node.gt(self.node))
            .add(node.eq(self.node).and(event::Column::Seq.gt(self.seq)))
            .add(same_batch.and(event::Column::Id.gt(self.id)));
        // The first condition is what an index can be asked for.
        Condition::all().add(event::Column::At.gte(self.at)).add(later)
    }
}

impl Store {
    /// What an attempt seals; `None` when it was overtaken, or the site is gone.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn source_of(&self, attempt: &Attempt) -> Result<Option<DaySource>> {
        let transaction = self.reader.begin_with_options(self.snapshot_options()).await?;
        let heads = nodes::heads(&transaction).await?;
        let day = sealed_day::Entity::find()
            .select_only()
            .columns([sealed_day::Column::Sealed])
            .columns([sealed_day::Column::Parts])
            .filter(is_current(attempt))
            .into_tuple::<(i64, i32)>()
            .one(&transaction)
            .await?;
        let watermark = watermark::Entity::find()
            .filter(watermark::Column::SiteId.eq(attempt.site))
            .filter(watermark::Column::StartsAt.eq(attempt.span.start))
            .all(&transaction)
            .await?;
        transaction.rollback().await?;
        Ok(day.map(|(sealed, parts)| DaySource {
            attempt: *attempt,
            parts: if sealed > 0 { parts } else { 0 },
            sealed,
            watermark: watermark.into_iter().map(|row| (row.node, row.seq)).collect(),
            heads,
            after: Position::before(attempt.span.start),
            until: min(attempt.span.start.saturating_add(STEP_MS), attempt.span.end),
            step: STEP_MS,
        }))
    }

    /// One of the parts that hold the day; `None` when it is gone, as the attempt was overtaken.
    ///
    /// # Errors
    /// When the database can't answer, or the part is missing.
    pub(crate) async fn part_of_source(&self, source: &DaySource, part: i32) -> Result<Option<Vec<u8>>> {
        self.part_while_last(&source.attempt, source.sealed, part).await
    }

    /// A part of the attempt's day; `None` when it is gone, as the attempt was overtaken: a later one removes what came to
    /// nothing, or what it has replaced.
    pub(super) async fn part_while_last(&self, attempt: &Attempt, number: i64, part: i32) -> Result<Option<Vec<u8>>> {
        let bytes = part_of(&self.reader, attempt.site, attempt.span.start, number, part).await;
        if bytes.is_err() && !self.is_last(attempt).await? {
            return Ok(None);
        }
        bytes.map(Some)
    }

    /// The next rows, at most a thousand; none when all were read, or the attempt was overtaken.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn next_rows(&self, source: &mut DaySource) -> Result<Vec<event::Model>> {
        if source.heads.iter().all(|(node, head)| source.watermark.get(node) >= Some(head)) {
            return Ok(Vec::new());
        }
        while source.after.at < source.attempt.span.end {
            let rows = self.reader.query_all(&source.look()).await?;
            let rows = rows.iter().map(row_of).collect::<Result<Vec<_>, _>>()?;
            source.advance(&rows);
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        Ok(Vec::new())
    }

    /// Whether no later attempt at the day was begun.
    async fn is_last(&self, attempt: &Attempt) -> Result<bool> {
        let day = sealed_day::Entity::find().filter(is_current(attempt)).one(&self.reader).await?;
        Ok(day.is_some())
    }
}

impl DaySource {
    fn look(&self) -> SelectStatement {
        event::Entity::find()
            .filter(event::Column::SiteId.eq(self.attempt.site))
            .filter(event::Column::At.lt(self.until))
            .filter(self.after.behind())
            .filter(event::Column::Seq.into_expr().gt(by_node(&self.watermark)))
            .filter(event::Column::Seq.into_expr().lte(by_node(&self.heads)))
            .filter(Expr::exists(the_day_if_last(&self.attempt)))
            .order_by_asc(event::Column::At)
            .order_by_asc(event::Column::Node)
            .order_by_asc(event::Column::Seq)
            .order_by_asc(event::Column::Id)
            .limit(ROWS)
            .into_query()
    }

    fn advance(&mut self, rows: &[event::Model]) {
        if let Some(row) = rows.last() {
            self.after = Position { at: row.at, node: row.node, seq: row.seq, id: row.id };
        }
        if rows.len() as u64 == ROWS {
            self.step = max(self.step / 2, 1);
            return;
        }
        self.after = Position::before(self.until);
        self.step = self.step.saturating_mul(2);
        self.until = min(self.until.saturating_add(self.step), self.attempt.span.end);
    }
}

/// The number that a row's node has, 0 if none: as an expression that no index is looked up by, since the rows are to come
/// by their instants.
fn by_node(batches: &Seen) -> SimpleExpr {
    if batches.is_empty() {
        return Expr::value(0_i64);
    }
    let of_node = |case: CaseStatement, (node, seq): (&i64, &i64)| case.case(event::Column::Node.eq(*node), *seq);
    batches.iter().fold(CaseStatement::new(), of_node).finally(0_i64).into()
}

fn the_day_if_last(attempt: &Attempt) -> SelectStatement {
    Query::select().expr(Expr::val(1)).from(sealed_day::Entity).cond_where(is_current(attempt)).take()
}
