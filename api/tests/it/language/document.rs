//! Reads `docs/query-language.md`: the data of its examples, the examples, and its limits.
//!
//! Rule: a table is told by its header. `timestamp … more` is data; a table that ends in `example | answer` or
//! `example | range` has an example in each row; one that ends in `name in the code` has limits. Anything else is for people.

use serde_json::{Value, json};

/// What the document says.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// Items of the batch route.
    pub(super) events: Vec<Value>,
    /// Queries, and what they are answered with.
    pub(super) examples: Vec<Example>,
    /// Periods, and the two ends that they mean.
    pub(super) periods: Vec<Example>,
    /// Names of limits, and their values as they are written.
    pub(super) limits: Vec<(String, String)>,
    /// The query and the answer that are given in full.
    pub(super) in_full: Option<(Value, Value)>,
}

/// A row with an example.
#[derive(Debug)]
pub(super) struct Example {
    /// The heading above it.
    pub(super) section: String,
    /// The first cell.
    pub(super) name: String,
    pub(super) asked: Value,
    pub(super) answer: Value,
}

impl Document {
    pub(super) fn read() -> Self {
        let path = format!("{}/../docs/query-language.md", env!("CARGO_MANIFEST_DIR"));
        Self::parse(&std::fs::read_to_string(path).expect("the document"))
    }

    fn parse(text: &str) -> Self {
        let mut document = Self { in_full: in_full(text), ..Self::default() };
        let (mut section, mut header) = (String::new(), None);
        for line in text.lines() {
            if let Some(heading) = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")) {
                heading.clone_into(&mut section);
            }
            let Some(cells) = cells(line) else {
                header = None;
                continue;
            };
            match &header {
                None => header = Some(cells),
                Some(_) if cells.iter().all(|cell| cell.bytes().all(|byte| byte == b'-')) => {}
                Some(header) => document.row(header, &cells, &section),
            }
        }
        document
    }

    fn row(&mut self, header: &[&str], cells: &[&str], section: &str) {
        assert_eq!(header.len(), cells.len(), "a row has as many cells as its header: {cells:?}");
        let example = |asked: &str, answer: &str| Example {
            section: section.to_owned(),
            name: code(cells[0]).to_owned(),
            asked: value(asked),
            answer: value(answer),
        };
        match (header, cells) {
            (["timestamp", "visitor", "name", "url", "more"], [timestamp, visitor, name, url, more]) => {
                let mut item = value(more);
                for (key, cell) in [("timestamp", timestamp), ("visitor", visitor), ("name", name), ("url", url)] {
                    item[key] = json!(code(cell));
                }
                self.events.push(item);
            }
            ([.., "example", "answer"], [.., asked, answer]) => self.examples.push(example(asked, answer)),
            ([.., "example", "range"], [.., asked, range]) => self.periods.push(example(asked, range)),
            ([.., "name in the code"], [.., limit, name]) => {
                self.limits.push((code(name).to_owned(), (*limit).to_owned()));
            }
            _ => {}
        }
    }
}

/// The cells of a line of a table.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(str::trim).collect())
}

/// What stands in a cell as code, else its text.
fn code(cell: &str) -> &str {
    cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')).unwrap_or(cell)
}

fn value(cell: &str) -> Value {
    serde_json::from_str(code(cell)).unwrap_or_else(|error| panic!("{cell}: {error}"))
}

/// The blocks that are marked `json query` and `json answer`.
fn in_full(text: &str) -> Option<(Value, Value)> {
    let block = |mark: &str| {
        let (_, rest) = text.split_once(mark)?;
        let (block, _) = rest.split_once("```")?;
        Some(value(block))
    };
    block("```json query\n").zip(block("```json answer\n"))
}
