//! Archives: a whole database in one file that both databases write and read. `docs/backup-format.md` tells the format.
//!
//! What is here knows bytes and files; what knows the database is `store::whole`.

mod file;
mod format;
mod read;
mod row;
mod take;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use read::printable;
pub(crate) use take::{Summary, back_up, restore, verify};
