//! The tables of Haru as SeaORM entities: one table a file, no logic.
//!
//! Shared by every table: instants are milliseconds since the Unix epoch in UTC (`i64`), public ids are UUIDv7 strings,
//! integers are `i64` wherever SQLite could hand back more than 32 bits.

pub mod account;
pub mod annotation;
pub mod api_token;
pub mod api_token_site;
pub mod audit_entry;
pub mod batch;
pub mod dropped;
pub mod event_block;
pub mod event_id;
pub mod excluded_address;
pub mod invitation;
pub mod invitation_site;
pub mod member;
pub mod member_site;
pub mod node;
pub mod password_reset;
pub mod recovery_code;
pub mod salt;
pub mod saved_segment;
pub mod sealed_day;
pub mod second_factor;
pub mod segment;
pub mod session;
pub mod share_link;
pub mod site;
pub mod site_timezone;
pub mod user;
pub mod watermark;
