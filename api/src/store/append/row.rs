//! A hit as a row.

use haru_entity::event;
use sea_orm::{Iterable, Value};

use super::super::events::Batch;
use crate::collect::Hit;

/// Columns of an event without its key.
pub(super) const COLUMNS: usize = 34;
/// Verdict of an event that is counted; bots are dropped before they get here.
const HUMAN: i16 = 0;

/// The columns of an event in the table's order, without the key.
pub(super) fn event_columns() -> impl Iterator<Item = event::Column> {
    event::Column::iter().filter(|column| !matches!(column, event::Column::Id))
}

/// A value on its way into the database, borrowed as long as it can be: a batch has thousands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'h> {
    Int(i64),
    Small(i16),
    Flag(bool),
    Text(&'h str),
    MaybeInt(Option<i64>),
    MaybeSmall(Option<i16>),
    MaybeText(Option<&'h str>),
}

impl From<Cell<'_>> for Value {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Int(number) => number.into(),
            Cell::Small(number) => number.into(),
            Cell::Flag(flag) => flag.into(),
            Cell::Text(text) => text.into(),
            Cell::MaybeInt(number) => number.into(),
            Cell::MaybeSmall(number) => number.into(),
            Cell::MaybeText(text) => text.map(str::to_owned).into(),
        }
    }
}

/// A hit's values, in the order of [`event_columns`].
pub(super) fn cells<'h>(batch: &Batch<'_>, hit: &'h Hit) -> [Cell<'h>; COLUMNS] {
    [
        Cell::Int(hit.site_id),
        Cell::Int(hit.ts_ms),
        Cell::Int(batch.node),
        Cell::Int(batch.seq),
        Cell::Small(hit.kind.code()),
        Cell::Text(&hit.name),
        Cell::Int(hit.visitor),
        Cell::Text(&hit.hostname),
        Cell::Text(&hit.page),
        Cell::Text(&hit.source),
        Cell::Text(&hit.referrer),
        Cell::Text(&hit.channel),
        Cell::Text(&hit.utm_source),
        Cell::Text(&hit.utm_medium),
        Cell::Text(&hit.utm_campaign),
        Cell::Text(&hit.utm_content),
        Cell::Text(&hit.utm_term),
        Cell::Text(&hit.country),
        Cell::Text(&hit.region),
        Cell::Text(&hit.city),
        Cell::Text(&hit.browser),
        Cell::Text(&hit.browser_version),
        Cell::Text(&hit.os),
        Cell::Text(&hit.os_version),
        Cell::Text(&hit.device),
        Cell::Text(&hit.screen),
        Cell::Text(&hit.language),
        Cell::MaybeText(hit.props.as_deref()),
        Cell::MaybeInt(hit.revenue_amount),
        Cell::MaybeText(hit.revenue_currency.as_deref()),
        Cell::Flag(hit.interactive),
        Cell::Int(hit.engaged_ms),
        Cell::MaybeSmall(hit.scroll_depth),
        Cell::Small(HUMAN),
    ]
}
