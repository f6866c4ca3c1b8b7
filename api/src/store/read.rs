//! Reading a site's events in one snapshot: segments where days are sealed, rows above their watermarks beside them.

use futures_util::TryStreamExt;
use haru_entity::{event, sealed_day, segment, watermark};
use haru_stats::{Event, EventKind, Revenue};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    AccessMode, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult,
    IsolationLevel, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait, Select, StreamTrait,
    TransactionOptions, TransactionTrait, TryGetable,
};

use super::events::{Piece, SealedPart, Seen, Sink, Span};
use super::{Store, nodes};
use crate::collect::Kind;
use crate::error::{Error, Result};

/// Rows that are handed out at once.
const ROWS: usize = 1_000;

impl Store {
    /// See [`super::EventStore::read`].
    pub(super) async fn read_site(&self, site: i64, seen: Option<&Seen>, sink: &mut dyn Sink) -> Result<()> {
        let transaction = self.reader.begin_with_options(self.snapshot_options()).await?;
        let heads = nodes::heads(&transaction).await?;
        if let Some(seen) = seen.filter(|seen| **seen != heads) {
            for span in outdated(&transaction, site, seen, &heads).await? {
                sink.take(Piece::Outdated(span)).await?;
            }
            let newer = event::Entity::find().filter(event::Column::SiteId.eq(site)).filter(newer_than(
                seen,
                &heads,
                event::Column::Node,
                event::Column::Seq,
            ));
            each_row(&transaction, newer, Piece::Newer, sink).await?;
        }
        let spans = sink.spans(heads).await?;
        let sealed = sealed_within(&transaction, site, &spans).await?;
        for (index, span) in spans.iter().enumerate() {
            let mut rows = event::Entity::find()
                .filter(event::Column::SiteId.eq(site))
                .filter(event::Column::At.gte(span.start))
                .filter(event::Column::At.lt(span.end));
            for day in sealed.iter().filter(|day| day.span().overlaps(*span)) {
                for part in 0..day.parts {
                    let bytes = part_of(&transaction, site, day.starts_at, day.sealed, part).await?;
                    sink.take(Piece::Part(index, SealedPart { span: day.span(), attempt: day.sealed, bytes })).await?;
                }
                rows = rows.filter(is_sealed(site, day.span()).not());
            }
            each_row(&transaction, rows, |rows| Piece::Rows(index, rows), sink).await?;
        }
        transaction.rollback().await?;
        Ok(())
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

/// What is needed of a sealed day to read it.
#[derive(FromQueryResult)]
struct Holder {
    starts_at: i64,
    ends_at: i64,
    sealed: i64,
    parts: i32,
}

impl Holder {
    fn span(&self) -> Span {
        Span { start: self.starts_at, end: self.ends_at }
    }
}

async fn sealed_within(transaction: &DatabaseTransaction, site: i64, spans: &[Span]) -> Result<Vec<Holder>> {
    let first = spans.iter().map(|span| span.start).min();
    let last = spans.iter().map(|span| span.end).max();
    let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
    let days = sealed_day::Entity::find()
        .select_only()
        .columns([sealed_day::Column::StartsAt, sealed_day::Column::EndsAt])
        .columns([sealed_day::Column::Sealed, sealed_day::Column::Parts])
        .filter(sealed_day::Column::SiteId.eq(site))
        .filter(sealed_day::Column::StartsAt.lt(last))
        .filter(sealed_day::Column::EndsAt.gt(first))
        .filter(sealed_day::Column::Sealed.gt(0))
        .order_by_asc(sealed_day::Column::StartsAt);
    Ok(days.into_model::<Holder>().all(transaction).await?)
}

/// One part at a time, as each may have megabytes.
pub(super) async fn part_of<C: ConnectionTrait>(
    connection: &C,
    site: i64,
    start: i64,
    attempt: i64,
    part: i32,
) -> Result<Vec<u8>> {
    let bytes = segment::Entity::find_by_id((site, start, attempt, part))
        .select_only()
        .column(segment::Column::Bytes)
        .into_tuple::<Vec<u8>>()
        .one(connection)
        .await?;
    let missing =
        || Error::internal(format!("part {part} of attempt {attempt} at the day {start} of site {site} is missing"));
    bytes.ok_or_else(missing)
}

/// The days that were sealed with rows which the reader has not seen as rows. A watermark is no lower than any row that its
/// segments hold, so it tells.
async fn outdated(transaction: &DatabaseTransaction, site: i64, seen: &Seen, heads: &Seen) -> Result<Vec<Span>> {
    let starts = Query::select()
        .column(watermark::Column::StartsAt)
        .from(watermark::Entity)
        .and_where(Expr::col(watermark::Column::SiteId).eq(site))
        .cond_where(newer_than(seen, heads, watermark::Column::Node, watermark::Column::Seq))
        .take();
    let days = sealed_day::Entity::find()
        .select_only()
        .columns([sealed_day::Column::StartsAt, sealed_day::Column::EndsAt])
        .filter(sealed_day::Column::SiteId.eq(site))
        .filter(sealed_day::Column::StartsAt.in_subquery(starts))
        .into_tuple::<(i64, i64)>()
        .all(transaction)
        .await?;
    Ok(days.into_iter().map(|(start, end)| Span { start, end }).collect())
}

/// Batches that a reader has not seen.
fn newer_than<C: ColumnTrait>(seen: &Seen, heads: &Seen, node_column: C, seq_column: C) -> Condition {
    let mut condition = Condition::any();
    for (node, head) in heads {
        let from = seen.get(node).copied().unwrap_or(0);
        if *head > from {
            condition = condition.add(Condition::all().add(node_column.eq(*node)).add(seq_column.gt(from)));
        }
    }
    condition
}

/// Whether an event's row is in the segments of that day.
pub(super) fn is_sealed(site: i64, day: Span) -> Condition {
    Condition::all()
        .add(event::Column::At.gte(day.start))
        .add(event::Column::At.lt(day.end))
        .add(Expr::exists(watermark_over_row(site, day.start)))
}

fn watermark_over_row(site: i64, start: i64) -> SelectStatement {
    let row = |column| Expr::col((event::Entity, column));
    Query::select()
        .expr(Expr::val(1))
        .from(watermark::Entity)
        .and_where(Expr::col((watermark::Entity, watermark::Column::SiteId)).eq(site))
        .and_where(Expr::col((watermark::Entity, watermark::Column::StartsAt)).eq(start))
        .and_where(Expr::col((watermark::Entity, watermark::Column::Node)).eq(row(event::Column::Node)))
        .and_where(Expr::col((watermark::Entity, watermark::Column::Seq)).gte(row(event::Column::Seq)))
        .take()
}

async fn each_row(
    transaction: &DatabaseTransaction,
    query: Select<event::Entity>,
    piece: impl Fn(Vec<event::Model>) -> Piece + Send,
    sink: &mut dyn Sink,
) -> Result<()> {
    let statement = query
        .order_by_asc(event::Column::At)
        .order_by_asc(event::Column::Node)
        .order_by_asc(event::Column::Seq)
        .order_by_asc(event::Column::Id)
        .into_query();
    let mut stream = transaction.stream(&statement).await?;
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        rows.push(row_of(&row)?);
        if rows.len() == ROWS {
            sink.take(piece(std::mem::take(&mut rows))).await?;
        }
    }
    if !rows.is_empty() {
        sink.take(piece(rows)).await?;
    }
    Ok(())
}

/// A row whose columns are those of the table, in their order. By their names it takes twice as long.
pub(super) fn row_of(row: &QueryResult) -> Result<event::Model, DbErr> {
    let mut columns = Columns { row, next: 0 };
    let column = &mut columns;
    Ok(event::Model {
        id: column.next()?,
        site_id: column.next()?,
        at: column.next()?,
        node: column.next()?,
        seq: column.next()?,
        kind: column.next()?,
        name: column.next()?,
        visitor: column.next()?,
        hostname: column.next()?,
        page: column.next()?,
        source: column.next()?,
        referrer: column.next()?,
        channel: column.next()?,
        utm_source: column.next()?,
        utm_medium: column.next()?,
        utm_campaign: column.next()?,
        utm_content: column.next()?,
        utm_term: column.next()?,
        country: column.next()?,
        region: column.next()?,
        city: column.next()?,
        browser: column.next()?,
        browser_version: column.next()?,
        os: column.next()?,
        os_version: column.next()?,
        device: column.next()?,
        screen: column.next()?,
        language: column.next()?,
        props: column.next()?,
        revenue_amount: column.next()?,
        revenue_currency: column.next()?,
        interactive: column.next()?,
        engaged_ms: column.next()?,
        scroll_depth: column.next()?,
        bot: column.next()?,
    })
}

/// The columns of a row, from the first.
struct Columns<'r> {
    row: &'r QueryResult,
    next: usize,
}

impl Columns<'_> {
    fn next<T: TryGetable>(&mut self) -> Result<T, DbErr> {
        self.next += 1;
        self.row.try_get_by_index(self.next - 1)
    }
}

/// A row as the stats engine takes it.
pub(crate) fn event_of(row: &event::Model) -> Event<'_> {
    let revenue = row.revenue_amount.zip(row.revenue_currency.as_deref());
    Event {
        ts: row.at,
        visitor: row.visitor,
        kind: match Kind::from_code(row.kind) {
            Some(Kind::Pageview) => EventKind::Pageview,
            Some(Kind::Engagement) => EventKind::Engagement,
            Some(Kind::Duration) => EventKind::Duration,
            Some(Kind::Custom) | None => EventKind::Custom,
        },
        name: &row.name,
        hostname: &row.hostname,
        page: &row.page,
        source: &row.source,
        referrer: &row.referrer,
        channel: &row.channel,
        utm_source: &row.utm_source,
        utm_medium: &row.utm_medium,
        utm_campaign: &row.utm_campaign,
        utm_content: &row.utm_content,
        utm_term: &row.utm_term,
        country: &row.country,
        region: &row.region,
        city: &row.city,
        browser: &row.browser,
        browser_version: &row.browser_version,
        os: &row.os,
        os_version: &row.os_version,
        device: &row.device,
        screen: &row.screen,
        language: &row.language,
        props: row.props.as_deref(),
        interactive: row.interactive,
        engaged_ms: u32::try_from(row.engaged_ms).unwrap_or(u32::MAX),
        scroll_depth: row.scroll_depth.and_then(|depth| u8::try_from(depth).ok()),
        revenue: revenue.map(|(amount_thousandths, currency)| Revenue { amount_thousandths, currency }),
    }
}
