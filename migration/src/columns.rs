//! Column kinds that every table shares, so that one word means one type on both databases.

use sea_orm_migration::prelude::*;

/// A public id: UUIDv7 as text.
pub(crate) fn public_id<C: IntoIden>(name: C) -> ColumnDef {
    ColumnDef::new(name).string_len(36).not_null().take()
}

/// Text of any length, never null: blank is the empty string.
pub(crate) fn text<C: IntoIden>(name: C) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

/// A 64-bit integer, never null; also every instant, in milliseconds since the epoch.
pub(crate) fn integer<C: IntoIden>(name: C) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

/// A 32-bit integer, never null.
pub(crate) fn int<C: IntoIden>(name: C) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().take()
}

/// A 16-bit integer, never null.
pub(crate) fn small<C: IntoIden>(name: C) -> ColumnDef {
    ColumnDef::new(name).small_integer().not_null().take()
}

/// True or false, never null.
pub(crate) fn flag<C: IntoIden>(name: C) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}

/// Raw bytes, never null.
pub(crate) fn bytes<C: IntoIden>(name: C) -> ColumnDef {
    ColumnDef::new(name).blob().not_null().take()
}

/// A key that the database counts up.
pub(crate) fn counted_key<C: IntoIden>(name: C) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().auto_increment().primary_key().take()
}
