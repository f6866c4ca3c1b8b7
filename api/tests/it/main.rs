//! The service through its front door, on SQLite and on PostgreSQL: each test runs twice, on a database of its own.
//!
//! `make test` starts the PostgreSQL whose address `HARU_TEST_POSTGRES_URL` holds.

mod accounts;
mod admin;
mod arrivals;
mod audit;
mod backup;
mod bad_input;
mod batch;
mod boundaries;
mod collect;
mod command_line;
mod contract;
mod durability;
mod events;
mod floods;
mod harness;
mod invitations;
mod language;
mod live;
mod logins;
mod mail;
mod mail_server;
mod matrix;
mod members;
mod metrics;
mod nodes;
mod overtaken;
mod overview;
mod owners;
mod passwords;
mod people;
mod places;
mod privacy;
mod query;
mod quotas;
mod rate_limits;
mod saved_segments;
mod sealing;
mod second_factor;
mod share;
mod site_settings;
mod sites;
mod socket;
mod tokens;
mod upkeep;
