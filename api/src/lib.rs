//! Haru: privacy-first web analytics. This crate is the service and the `haru` command line.
//!
//! Modules in the order in which data flows through them:
//!
//! ```text
//! http ─▶ pipeline ─▶ collect ─ Hit ─▶ ingest ─ commit ─▶ store ─ rows ─▶ query ─ columns ─▶ stats (crate) ─▶ http
//!         which site?  who? what?      group commit  │                                        numbers
//!                                                    └─ committed batch ─▶ live
//! ```
//!
//! `accounts` and `sites` are what members do; `cli`, `serve`, `app` and `config` put it all together.

mod accounts;
mod app;
mod assets;
mod backup;
pub mod cli;
mod collect;
pub mod config;
mod error;
mod http;
mod ids;
mod ingest;
mod known;
mod listen;
mod live;
mod mail;
mod neighbours;
mod page;
mod pipeline;
mod query;
mod sealing;
mod secret;
mod seed;
pub mod serve;
mod sites;
mod store;
mod upkeep;
