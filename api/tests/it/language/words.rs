//! The document leaves nothing out: every word of the program has an example, every limit is the program's.

use std::fmt::Display;

use haru_stats::engine::Budget;
use haru_stats::query::limits;
use haru_stats::wire::{self, Context};
use haru_stats::{Allowed, Dimension, Filter, Metric, Operator};
use serde_json::{Value, json};

use super::document::{Document, Example};

/// Key of the property in the examples; the document calls the dimension `event:props:<key>`.
const PROPERTY: &str = "plan";

/// The row about a word: the one that begins with it, in that section.
fn row<'d>(document: &'d Document, section: &str, word: &str) -> &'d Example {
    let found = document.examples.iter().find(|example| example.section == section && example.name == word);
    found.unwrap_or_else(|| panic!("docs/query-language.md: {word} has no example under {section}"))
}

fn mentions(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text == word,
        Value::Array(values) => values.iter().any(|value| mentions(value, word)),
        _ => false,
    }
}

/// The row uses the word it is about, and is answered unless the word is of later.
fn assert_shown(example: &Example, key: &str, word: &str, is_built: bool) {
    assert!(mentions(&example.asked[key], word), "the example of {word} does not use it: {}", example.asked);
    assert_eq!(example.answer.get("error").is_none(), is_built, "{word}: {}", example.answer);
}

#[test]
fn every_metric_has_an_example() {
    let document = Document::read();
    for metric in Metric::ALL.into_iter().filter(|metric| metric.is_built()) {
        assert_shown(row(&document, "Metrics", metric.name()), "metrics", metric.name(), true);
    }
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/query-language.md"));
    let text = text.expect("the document");
    let later = text.lines().skip_while(|line| !line.starts_with("Not there yet, and refused: ")).take(2);
    let later: String = later.collect();
    for metric in Metric::ALL {
        assert_eq!(later.contains(&format!("`{metric}`")), !metric.is_built(), "{metric}: {later}");
    }
}

#[test]
fn every_dimension_has_an_example() {
    let document = Document::read();
    for dimension in Dimension::all(PROPERTY) {
        let is_built = dimension != Dimension::Goal;
        let name = match &dimension {
            Dimension::Property(_) => "event:props:<key>".to_owned(),
            other => other.to_string(),
        };
        assert_shown(row(&document, "Dimensions", &name), "dimensions", &dimension.to_string(), is_built);
    }
}

#[test]
fn every_operator_has_an_example() {
    let document = Document::read();
    for word in Operator::ALL.map(Operator::name).into_iter().chain(Filter::WORDS) {
        assert_shown(row(&document, "Filters", word), "filters", word, true);
    }
}

#[test]
fn periods_mean_what_the_document_says() {
    let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).expect("an instant").timestamp_millis();
    let context = Context {
        now: at("2025-09-11T14:30:00Z"),
        zone: chrono_tz::Tz::UTC,
        first_event: Some(at("2025-09-03T09:00:00Z")),
        allowed: Allowed::Everything,
    };
    let document = Document::read();
    assert!(document.periods.len() >= 14, "{:?}", document.periods);
    for period in &document.periods {
        let query = json!({"metrics": ["visitors"], "date_range": period.asked});
        let request = wire::query(&query, &context).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(json!(request.query.range().ends()), period.answer, "{}", period.asked);
    }
}

#[test]
fn every_limit_is_that_of_the_program() {
    let years = format!("{} to {}", limits::YEARS.start(), limits::YEARS.end());
    let told: [(&str, &dyn Display); 16] = [
        ("ROWS", &limits::ROWS),
        ("DIMENSIONS", &limits::DIMENSIONS),
        ("FILTER_DEPTH", &limits::FILTER_DEPTH),
        ("FILTERS", &limits::FILTERS),
        ("CLAUSES", &limits::CLAUSES),
        ("PROPERTY_KEY", &limits::PROPERTY_KEY),
        ("CLAUSE_BYTES", &limits::CLAUSE_BYTES),
        ("PATTERNS", &limits::PATTERNS),
        ("REGEXES", &limits::REGEXES),
        ("REGEX_BYTES", &limits::REGEX_BYTES),
        ("BUCKETS", &limits::BUCKETS),
        ("DAYS", &limits::DAYS),
        ("MONTHS", &limits::MONTHS),
        ("YEARS", &years),
        ("Budget::ROWS", &Budget::ROWS),
        ("Budget::BYTES", &Budget::BYTES),
    ];
    let written: Vec<(String, String)> =
        Document::read().limits.into_iter().map(|(name, limit)| (name, limit.replace(',', ""))).collect();
    let expected: Vec<(String, String)> =
        told.iter().map(|(name, limit)| ((*name).to_owned(), limit.to_string())).collect();
    assert_eq!(written, expected);
    // A constant that is not in the list above would be missed.
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../stats/src/query/limits.rs"));
    for line in source.expect("the limits").lines().filter_map(|line| line.strip_prefix("pub const ")) {
        let name = line.split(':').next().unwrap_or_default();
        assert!(told.iter().any(|(known, _)| *known == name), "{name} is not in docs/query-language.md");
    }
}
