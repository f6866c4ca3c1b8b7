//! The demo site: a made-up product and its blog, with visitors that behave like people.
//!
//! The modules from `chance` to `history` only imagine: no database, no clock, and the same seed gives the same history.
//! What they imagine is what a browser would send (addresses, referrers, user agents), never what is stored: `write` takes
//! it through `collect` and `ingest` like any hit, so that sources, channels and browsers can't drift from the real ones.
//! `trickle` sends the same kind of visits to a running server, at the pace of life.

mod chance;
mod cities;
mod history;
mod origins;
mod pages;
mod people;
mod rhythm;
mod trickle;
mod visit;
mod write;

pub(crate) use history::Plan;
pub(crate) use trickle::Trickle;
pub(crate) use write::{Written, write};
