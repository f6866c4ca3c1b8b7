//! The list of tables is the schema's.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::load::own_tables;
use super::tables;
use crate::config::{DatabaseConfig, Durability};
use crate::store::Store;

async fn migrated() -> (Store, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("a directory");
    let config =
        DatabaseConfig { data_dir: dir.path().to_owned(), database_url: None, durability: Durability::Process };
    (Store::open(&config).await.expect("a database"), dir)
}

async fn texts(store: &Store, query: &str, column: usize) -> Vec<String> {
    let rows = store.reader.query_all_raw(Statement::from_string(DbBackend::Sqlite, query)).await.expect("rows");
    rows.iter().map(|row| row.try_get_by_index(column).expect("a text")).collect()
}

#[tokio::test]
async fn every_table_and_column_is_in_archives() {
    let (store, _dir) = migrated().await;
    let listed = tables().expect("known columns");
    let mut names: Vec<_> = listed.iter().map(|listed| listed.table.name.clone()).collect();
    names.sort();
    assert_eq!(names, own_tables(&store.reader).await.expect("tables"));
    for listed in &listed {
        let name = &listed.table.name;
        let mut columns: Vec<_> = listed.table.columns.iter().map(|column| column.name.clone()).collect();
        columns.sort();
        let mut there = texts(&store, &format!("PRAGMA table_info(\"{name}\")"), 1).await;
        there.sort();
        assert_eq!(columns, there, "{name}");
        assert!(!listed.key.is_empty(), "{name} is read by its key");
    }
}

#[tokio::test]
async fn tables_come_behind_those_that_they_refer_to() {
    let (store, _dir) = migrated().await;
    let mut before: Vec<String> = Vec::new();
    for listed in tables().expect("known columns") {
        let name = listed.table.name;
        for other in texts(&store, &format!("PRAGMA foreign_key_list(\"{name}\")"), 2).await {
            assert!(before.contains(&other), "{name} refers to {other}");
        }
        before.push(name);
    }
}
