//! Properties of events: one sparse column a key.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::dictionary::{Codes, Dictionary, DictionaryBuilder};

/// The values of one property key; rows without it are not in it.
#[derive(Debug)]
pub(crate) struct PropertyColumn {
    /// Rows that have it, ascending.
    rows: Box<[u32]>,
    codes: Codes,
    dictionary: Arc<Dictionary>,
}

impl PropertyColumn {
    /// One code for each of the day's rows.
    pub(super) fn dense(&self, rows: usize) -> Codes {
        let mut dense = vec![0; rows];
        for (index, row) in self.rows.iter().enumerate() {
            dense[*row as usize] = self.codes.at(index);
        }
        Codes::U32(dense.into())
    }

    pub(super) fn dictionary(&self) -> &Arc<Dictionary> {
        &self.dictionary
    }

    pub(super) fn bytes(&self) -> usize {
        self.rows.len() * size_of::<u32>() + self.codes.bytes() + self.dictionary.bytes()
    }
}

/// Properties in order of arrival.
#[derive(Clone, Debug, Default)]
pub(super) struct PropertiesBuilder {
    keys: BTreeMap<Box<str>, usize>,
    columns: Vec<PropertyBuilder>,
}

/// The values of one key in order of arrival.
#[derive(Clone, Debug, Default)]
struct PropertyBuilder {
    dictionary: DictionaryBuilder,
    /// Event index and code.
    values: Vec<(u32, u32)>,
}

/// A property: which column, which of its codes.
pub(super) type CodedProperty = (usize, u32);

impl PropertiesBuilder {
    /// Adds the scalars of a JSON object.
    pub(super) fn push(&mut self, event: u32, json: &str) {
        let properties = self.code(json);
        self.add(event, &properties);
    }

    /// Adds what [`Self::code`] gave.
    pub(super) fn add(&mut self, event: u32, properties: &[CodedProperty]) {
        for (column, code) in properties {
            self.columns[*column].values.push((event, *code));
        }
    }

    /// The scalars of a JSON object; texts as they are, numbers and booleans as JSON writes them.
    pub(super) fn code(&mut self, json: &str) -> Vec<CodedProperty> {
        if json.is_empty() || json == "{}" {
            return Vec::new();
        }
        let Ok(Value::Object(properties)) = serde_json::from_str(json) else {
            return Vec::new();
        };
        let mut coded = Vec::with_capacity(properties.len());
        for (key, value) in properties {
            let text = match value {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => continue,
            };
            if text.is_empty() {
                continue;
            }
            let column = *self.keys.entry(key.into()).or_insert_with(|| {
                self.columns.push(PropertyBuilder::default());
                self.columns.len() - 1
            });
            coded.push((column, self.columns[column].dictionary.code(&text)));
        }
        coded
    }

    pub(super) fn bytes(&self) -> usize {
        let column = |column: &PropertyBuilder| {
            size_of::<PropertyBuilder>()
                + column.dictionary.bytes()
                + column.values.capacity() * size_of::<(u32, u32)>()
        };
        let keys = self.keys.keys().map(|key| key.len() + 3 * size_of::<usize>());
        self.columns.iter().map(column).chain(keys).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The columns, given the row of each event (`None`: it has none).
    pub(super) fn build(&self, row_of: &[Option<u32>]) -> BTreeMap<Box<str>, PropertyColumn> {
        let column = |property: &PropertyBuilder| {
            let dictionary = Arc::new(property.dictionary.dictionary().clone());
            let mut placed: Vec<(u32, u32)> =
                property.values.iter().filter_map(|(event, code)| Some((row_of[*event as usize]?, *code))).collect();
            placed.sort_unstable();
            let rows = placed.iter().map(|(row, _)| *row).collect();
            let codes = Codes::pack(placed.iter().map(|(_, code)| *code), dictionary.len());
            PropertyColumn { rows, codes, dictionary }
        };
        self.keys.iter().map(|(key, index)| (key.clone(), column(&self.columns[*index]))).collect()
    }
}
