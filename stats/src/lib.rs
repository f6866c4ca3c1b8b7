//! The stats engine of Haru: columns in, numbers out.
//!
//! Pure: no I/O, no async, no HTTP, no SQL; every input is an argument, "now" included. Definitions are those of `docs/`
//! (glossary) and of Plausible's Stats API v2, whose words it speaks.
//!
//! ```text
//! Event ─▶ DayBuilder ─▶ Day (columns) ─┐
//!                                       ├─▶ Engine ─▶ Answer ─▶ wire (JSON of the Stats API)
//! JSON ─▶ wire ─▶ Query (checked) ──────┘
//! ```
//!
//! Read in this order: [`event`](Event), [`packed`], [`day`](Day), [`segment`], [`time`], [`query`], [`engine`], [`dashboard`], [`overview`], [`realtime`],
//! [`wire`].
//!
//! Invariants: a [`Query`] that exists is valid, so answering cannot fail; numbers are exact integers until their last
//! rounding; a visitor id means something within one day only, so daily counts of visitors add up.

pub mod country;
pub mod dashboard;
mod day;
mod dimension;
pub mod engine;
mod error;
mod event;
mod metric;
mod number;
pub mod overview;
pub mod packed;
pub mod query;
pub mod realtime;
pub mod segment;
mod texts;
pub mod time;
pub mod wire;

pub use dashboard::{Dashboard, DashboardQuery};
pub use day::{Day, DayBuilder, DayError};
pub use dimension::{Dimension, Interval, VisitDimension};
pub use engine::{Answer, BudgetError, Engine, Part};
pub use error::QueryError;
pub use event::{Event, EventKind, Revenue};
pub use metric::Metric;
pub use number::Number;
pub use query::{Allowed, Condition, Filter, Operator, Query};
