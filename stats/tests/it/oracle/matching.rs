//! Filters, event by event.

use std::cell::RefCell;
use std::collections::HashMap;

use haru_stats::{Condition, Dimension, Event, EventKind, Filter, Operator, VisitDimension};
use regex::Regex;
use serde_json::Value;

use super::visits::{Visit, World};

/// Whether an event of a visit passes all filters.
pub(super) fn passes(world: &World<'_>, visit: &Visit, event: usize, filters: &[Filter]) -> bool {
    filters.iter().all(|filter| passes_one(world, visit, event, filter))
}

fn passes_one(world: &World<'_>, visit: &Visit, event: usize, filter: &Filter) -> bool {
    match filter {
        Filter::Condition(condition) => holds(condition, &value(world, visit, event, condition.dimension())),
        Filter::And(filters) => filters.iter().all(|filter| passes_one(world, visit, event, filter)),
        Filter::Or(filters) => filters.iter().any(|filter| passes_one(world, visit, event, filter)),
        Filter::Not(filter) => !passes_one(world, visit, event, filter),
        Filter::HasDone(filter) => world.counted(visit).any(|other| passes_one(world, visit, other, filter)),
        Filter::HasNotDone(filter) => !world.counted(visit).any(|other| passes_one(world, visit, other, filter)),
    }
}

/// Filters on the page, asked of the page a visit entered at.
pub(super) fn entry_passes(filter: &Filter, entry_page: &str) -> bool {
    match filter {
        Filter::Condition(condition) => holds(condition, entry_page),
        Filter::And(filters) => filters.iter().all(|filter| entry_passes(filter, entry_page)),
        Filter::Or(filters) => filters.iter().any(|filter| entry_passes(filter, entry_page)),
        Filter::Not(filter) => !entry_passes(filter, entry_page),
        Filter::HasDone(_) | Filter::HasNotDone(_) => unreachable!("not a filter on pages"),
    }
}

/// The top-level filters that are about `event:page` and nothing else.
pub(super) fn page_filters(filters: &[Filter]) -> Vec<&Filter> {
    fn only_pages(filter: &Filter) -> bool {
        match filter {
            Filter::Condition(condition) => *condition.dimension() == Dimension::Page,
            Filter::And(filters) | Filter::Or(filters) => filters.iter().all(only_pages),
            Filter::Not(filter) => only_pages(filter),
            Filter::HasDone(_) | Filter::HasNotDone(_) => false,
        }
    }
    let mut found = Vec::new();
    for filter in filters {
        match filter {
            Filter::And(inner) => found.extend(page_filters(inner)),
            other if only_pages(other) => found.push(other),
            _ => {}
        }
    }
    found
}

/// Whether a value (empty: blank) satisfies a condition.
fn holds(condition: &Condition, value: &str) -> bool {
    let property = matches!(condition.dimension(), Dimension::Property(_));
    let any = condition.clauses().iter().any(|clause| fits(condition, clause, value));
    match condition.operator() {
        Operator::Is | Operator::Contains | Operator::Matches => any,
        Operator::IsNot => !any,
        Operator::ContainsNot | Operator::MatchesNot => !(any || property && value.is_empty()),
    }
}

fn fits(condition: &Condition, clause: &str, value: &str) -> bool {
    if matches!(condition.operator(), Operator::Matches | Operator::MatchesNot) {
        return is_match(clause, value);
    }
    if clause.is_empty() || clause == blank_label(&condition.dimension().to_string()) {
        return value.is_empty();
    }
    let fold = |text: &str| {
        if condition.case_sensitive() { text.to_owned() } else { text.to_lowercase() }
    };
    let (clause, value) = (fold(clause), fold(value));
    let exact = matches!(condition.operator(), Operator::Is | Operator::IsNot);
    if exact && *condition.dimension() == Dimension::Page && clause.contains('*') {
        let pattern = regex::escape(&clause).replace(r"\*\*", "(?s:.*)").replace(r"\*", "[^/]*");
        return !value.is_empty() && is_match(&format!("^{pattern}$"), &value);
    }
    if exact { clause == value } else { value.contains(&clause) }
}

/// Whether a regular expression is found; compiling one takes longer than all the rest here.
fn is_match(pattern: &str, value: &str) -> bool {
    thread_local! {
        static COMPILED: RefCell<HashMap<String, Regex>> = RefCell::default();
    }
    COMPILED.with_borrow_mut(|compiled| {
        if !compiled.contains_key(pattern) {
            let regex = Regex::new(pattern).expect("a regular expression");
            compiled.insert(pattern.to_owned(), regex);
        }
        compiled[pattern].is_match(value)
    })
}

/// How a blank value is called.
pub(super) fn blank_label(dimension: &str) -> &'static str {
    match dimension {
        "visit:source" | "visit:referrer" => "Direct / None",
        "visit:channel" => "Direct",
        property if property.starts_with("event:props:") => "(none)",
        _ => "(not set)",
    }
}

/// The value of a dimension for an event of a visit; blank is empty.
pub(super) fn value(world: &World<'_>, visit: &Visit, index: usize, dimension: &Dimension) -> String {
    let event = &world.events[index];
    match dimension {
        Dimension::Page => event.page.to_owned(),
        Dimension::Hostname => event.hostname.to_owned(),
        Dimension::EventName => match event.kind {
            EventKind::Pageview => "pageview".to_owned(),
            EventKind::Custom => event.name.to_owned(),
            EventKind::Engagement | EventKind::Duration => "engagement".to_owned(),
        },
        Dimension::Property(key) => property(event, key),
        Dimension::Visit(dimension) => visit_value(world, visit, *dimension),
        Dimension::Goal | Dimension::Time | Dimension::TimeBy(_) => unreachable!("no value"),
    }
}

pub(super) fn visit_value(world: &World<'_>, visit: &Visit, dimension: VisitDimension) -> String {
    let mut views =
        world.counted(visit).map(|index| &world.events[index]).filter(|event| event.kind == EventKind::Pageview);
    let first = &world.events[visit.events[0]];
    let value = match dimension {
        VisitDimension::EntryPage => views.next().map_or("", |event| event.page),
        VisitDimension::EntryPageHostname => views.next().map_or("", |event| event.hostname),
        VisitDimension::ExitPage => views.last().map_or("", |event| event.page),
        VisitDimension::ExitPageHostname => views.last().map_or("", |event| event.hostname),
        VisitDimension::Source => first.source,
        VisitDimension::Channel => first.channel,
        VisitDimension::Os => first.os,
        VisitDimension::Country => first.country,
        VisitDimension::CountryName => match first.country {
            "DE" => "Germany",
            "US" => "United States",
            other => other,
        },
        other => unreachable!("{other:?} is not generated"),
    };
    value.to_owned()
}

fn property(event: &Event<'_>, key: &str) -> String {
    if matches!(event.kind, EventKind::Engagement | EventKind::Duration) {
        return String::new();
    }
    let Some(Ok(properties)) = event.props.map(serde_json::from_str::<Value>) else {
        return String::new();
    };
    match &properties[key] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        scalar => scalar.to_string(),
    }
}
