//! The database as a whole, for archives: the one list of its tables, and their rows in a form that knows no database.
//!
//! What is added to the schema is added here: a test compares the list, and each table's columns, with the migrated schema.

mod load;
mod read;

use haru_entity as entity;
use haru_migration::{Migrator, MigratorTrait};
use sea_orm::sea_query::ColumnType;
use sea_orm::{ColumnTrait, EntityTrait, IdenStatic, Iterable, PrimaryKeyToColumn, PrimaryKeyTrait};
use serde::{Deserialize, Serialize};

pub(crate) use read::WholeSink;

/// A table as an archive describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// The last number that the database has given out as a key, where it counts them up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) counted: Option<i64>,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Whether values may be missing.
    #[serde(default)]
    pub(crate) null: bool,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Bool,
    I16,
    I32,
    I64,
    Text,
    Bytes,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// Tables that no archive holds, and why. SQLite's own, whose names begin with `sqlite_`, are not among its tables.
pub(super) const LEFT_OUT: [(&str, &str); 2] = [
    ("seaql_migrations", "which migrations have run: an archive names the last one"),
    ("change", "how often something was changed: nodes of PostgreSQL compare it with what they saw"),
];

/// A table of the schema, with what is needed to read it.
#[derive(Debug)]
struct Listed {
    table: Table,
    /// Places of the columns of its key.
    key: Vec<usize>,
    /// Whether the database counts its key up.
    is_counted: bool,
    /// Rows that are read at once.
    page: u64,
    /// Whether it holds salts, which go along only when they are asked for.
    is_salt: bool,
}

/// Rows that are read at once.
const PAGE: u64 = 1_000;

/// All tables, each behind those that its keys refer to.
fn tables() -> Result<Vec<Listed>, String> {
    Ok(vec![
        of::<entity::user::Entity>()?,
        of::<entity::account::Entity>()?,
        of::<entity::member::Entity>()?,
        of::<entity::site::Entity>()?,
        of::<entity::site_timezone::Entity>()?,
        of::<entity::member_site::Entity>()?,
        of::<entity::session::Entity>()?,
        of::<entity::api_token::Entity>()?,
        of::<entity::api_token_site::Entity>()?,
        of::<entity::audit_entry::Entity>()?,
        of::<entity::invitation::Entity>()?,
        of::<entity::invitation_site::Entity>()?,
        of::<entity::password_reset::Entity>()?,
        of::<entity::second_factor::Entity>()?,
        of::<entity::recovery_code::Entity>()?,
        of::<entity::share_link::Entity>()?,
        of::<entity::excluded_address::Entity>()?,
        of::<entity::saved_segment::Entity>()?,
        of::<entity::annotation::Entity>()?,
        of::<entity::node::Entity>()?,
        of::<entity::batch::Entity>()?,
        of::<entity::event_id::Entity>()?,
        of::<entity::event_block::Entity>()?,
        of::<entity::dropped::Entity>()?,
        of::<entity::sealed_day::Entity>()?,
        // A part of a day is megabytes.
        Listed { page: 1, ..of::<entity::segment::Entity>()? },
        of::<entity::watermark::Entity>()?,
        Listed { is_salt: true, ..of::<entity::salt::Entity>()? },
    ])
}

fn of<E: EntityTrait>() -> Result<Listed, String> {
    let name = E::default().table_name().to_owned();
    let mut columns = Vec::new();
    for column in E::Column::iter() {
        let definition = column.def();
        let kind = Kind::of(definition.get_column_type())
            .ok_or_else(|| format!("archives do not know what the column {} of {name} holds", column.as_str()))?;
        columns.push(Column { name: column.as_str().to_owned(), kind, null: definition.is_null() });
    }
    let place = |key: E::PrimaryKey| {
        let column = key.into_column();
        columns.iter().position(|listed| listed.name == column.as_str())
    };
    let key = E::PrimaryKey::iter().filter_map(place).collect();
    let is_counted = E::PrimaryKey::auto_increment();
    Ok(Listed { table: Table { name, columns, counted: None }, key, is_counted, page: PAGE, is_salt: false })
}

impl Kind {
    fn of(kind: &ColumnType) -> Option<Self> {
        match kind {
            ColumnType::Boolean => Some(Self::Bool),
            ColumnType::SmallInteger => Some(Self::I16),
            ColumnType::Integer => Some(Self::I32),
            ColumnType::BigInteger => Some(Self::I64),
            ColumnType::Text | ColumnType::String(_) => Some(Self::Text),
            ColumnType::Blob | ColumnType::Binary(_) | ColumnType::VarBinary(_) => Some(Self::Bytes),
            _ => None,
        }
    }
}

impl Column {
    /// Whether that value may stand in it.
    pub(crate) fn takes(&self, cell: &Cell) -> bool {
        match (self.kind, cell) {
            (_, Cell::Null) => self.null,
            (Kind::I16, Cell::Int(value)) => i16::try_from(*value).is_ok(),
            (Kind::I32, Cell::Int(value)) => i32::try_from(*value).is_ok(),
            (Kind::Bool, Cell::Bool(_))
            | (Kind::I64, Cell::Int(_))
            | (Kind::Text, Cell::Text(_))
            | (Kind::Bytes, Cell::Bytes(_)) => true,
            _ => false,
        }
    }
}

/// Place of a migration among those that this version knows.
pub(crate) fn migration_number(name: &str) -> Option<usize> {
    Migrator::migrations().iter().position(|migration| migration.name() == name)
}

#[cfg(test)]
mod tests;
