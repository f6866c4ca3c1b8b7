//! Archives as bytes: what is written is read, and nothing else is.

use std::io::Cursor;

use proptest::prelude::*;

use super::format::{FORM, Header, MAGIC, Total};
use super::read::{Fault, Item, Reader};
use super::write::Writer;
use crate::store::{Cell, Column, Kind, Table};

fn header() -> Header {
    Header {
        haru: "0.1.0".to_owned(),
        migration: "m20261124_000001_accounts".to_owned(),
        database: "SQLite".to_owned(),
        at: 1_764_000_000_000,
        salts: false,
    }
}

fn table(name: &str) -> Table {
    let kinds = [Kind::Bool, Kind::I16, Kind::I32, Kind::I64, Kind::Text, Kind::Bytes];
    let columns = kinds.map(|kind| Column { name: format!("{kind:?}"), kind, null: true });
    Table { name: name.to_owned(), columns: columns.into(), counted: Some(7) }
}

fn row(number: i64) -> Vec<Cell> {
    vec![
        Cell::Bool(number % 2 == 0),
        Cell::Int(number % 100),
        Cell::Null,
        Cell::Int(i64::MIN + number),
        Cell::Text(format!("「{number}」")),
        Cell::Bytes(vec![0, 255, 10]),
    ]
}

fn archive(tables: &[(Table, Vec<Vec<Cell>>)]) -> (Vec<u8>, Vec<Total>) {
    let mut writer = Writer::new(Vec::new(), &header()).expect("begun");
    for (table, rows) in tables {
        writer.table(table).expect("a table");
        for row in rows {
            writer.row(row).expect("a row");
        }
    }
    let (bytes, totals, written) = writer.finish().expect("finished");
    assert_eq!(bytes.len() as u64, written);
    (bytes, totals)
}

fn small() -> Vec<u8> {
    archive(&[(table("one"), (0..50).map(row).collect()), (table("two"), vec![row(1)])]).0
}

type Read = (Header, Vec<(Table, Vec<Vec<Cell>>)>, Vec<Total>);

fn read(bytes: &[u8]) -> Result<Read, Fault> {
    let mut reader = Reader::open(Cursor::new(bytes))?;
    let mut tables: Vec<(Table, Vec<Vec<Cell>>)> = Vec::new();
    while let Some(item) = reader.next()? {
        match item {
            Item::Table(table) => tables.push((table, Vec::new())),
            Item::Row(row) => tables.last_mut().expect("a table before its rows").1.push(row),
        }
    }
    let header = reader.header.clone();
    Ok((header, tables, reader.finish()?))
}

fn fault(bytes: &[u8]) -> String {
    read(bytes).expect_err("it is not whole").to_string()
}

#[test]
fn what_is_written_is_read() {
    let tables =
        [(table("one"), (0..3_000).map(row).collect()), (table("none"), Vec::new()), (table("two"), vec![row(1)])];
    let (bytes, totals) = archive(&tables);
    let (read_header, read_tables, read_totals) = read(&bytes).expect("read");
    assert_eq!(read_header, header());
    assert_eq!(read_tables, tables);
    assert_eq!(read_totals, totals);
    assert_eq!(totals.iter().map(|total| total.rows).collect::<Vec<_>>(), [3_000, 0, 1]);
}

#[test]
fn sums_are_of_rows_in_any_order() {
    let sums = |rows: Vec<Vec<Cell>>| archive(&[(table("one"), rows)]).1;
    assert_eq!(sums(vec![row(1), row(2)]), sums(vec![row(2), row(1)]));
    assert_ne!(sums(vec![row(1), row(2)]), sums(vec![row(1), row(3)]));
}

#[test]
fn every_changed_byte_is_noticed() {
    let bytes = small();
    for place in 0..bytes.len() {
        for change in [1, 128] {
            let mut changed = bytes.clone();
            changed[place] ^= change;
            assert!(read(&changed).is_err(), "byte {place} of {}", bytes.len());
        }
    }
}

#[test]
fn every_missing_end_is_noticed() {
    let bytes = small();
    for length in 0..bytes.len() {
        let fault = fault(&bytes[..length]);
        let expected = if length == 0 { "not an archive" } else { "truncated" };
        assert!(fault.contains(expected), "{length} of {}: {fault}", bytes.len());
    }
    // Its end is there, and something before it is not.
    for missing in 20..bytes.len() - 8 {
        let mut holed = bytes.clone();
        holed.remove(missing);
        assert!(read(&holed).is_err(), "byte {missing}");
    }
}

#[test]
fn what_is_none_is_told() {
    assert!(fault(b"SQLite format 3\0 and so on").contains("not an archive of haru"));
    let mut newer = small();
    newer[MAGIC.len()..MAGIC.len() + 4].copy_from_slice(&(FORM + 1).to_le_bytes());
    assert!(fault(&newer).contains("newer version of haru (format 2)"), "{}", fault(&newer));
    let mut longer = small();
    longer.extend(b"\nbk-haru");
    assert!(fault(&longer).contains("damaged"), "{}", fault(&longer));

    let unknown =
        Header { migration: "m20991231_000001_flying_cars".to_owned(), haru: "9\u{7}".to_owned(), ..header() };
    let (bytes, ..) = Writer::new(Vec::new(), &unknown).and_then(Writer::finish).expect("written");
    assert!(fault(&bytes).contains("newer version of haru, 9:"), "{}", fault(&bytes));
}

#[test]
fn rows_are_of_their_table() {
    let too_large = vec![Cell::Null, Cell::Int(40_000), Cell::Null, Cell::Null, Cell::Null, Cell::Null];
    assert!(fault(&archive(&[(table("one"), vec![too_large])]).0).contains("a row is not of its table"));
    assert!(fault(&archive(&[(table("one"), vec![vec![Cell::Null]])]).0).contains("a row is not of its table"));
    let mut strict = table("one");
    strict.columns[4].null = false;
    assert!(fault(&archive(&[(strict, vec![vec![Cell::Null; 6]])]).0).contains("a row is not of its table"));
}

fn cells() -> impl Strategy<Value = Vec<Cell>> {
    let text = prop_oneof![Just(Cell::Null), any::<String>().prop_map(Cell::Text)];
    let bytes = prop_oneof![Just(Cell::Null), any::<Vec<u8>>().prop_map(Cell::Bytes)];
    (any::<bool>(), any::<i16>(), any::<i32>(), any::<i64>(), text, bytes).prop_map(
        |(bool, small, middle, large, text, bytes)| {
            vec![Cell::Bool(bool), Cell::Int(small.into()), Cell::Int(middle.into()), Cell::Int(large), text, bytes]
        },
    )
}

proptest! {
    #[test]
    fn any_rows_come_back(rows in proptest::collection::vec(cells(), 0..20)) {
        let tables = [(table("one"), rows)];
        prop_assert_eq!(read(&archive(&tables).0).expect("read").1, tables);
    }

    #[test]
    fn anything_else_is_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..2_000), has_magic: bool) {
        if has_magic {
            bytes.splice(0..0, [&MAGIC[..], &FORM.to_le_bytes()].concat());
        }
        prop_assert!(read(&bytes).is_err());
    }
}
