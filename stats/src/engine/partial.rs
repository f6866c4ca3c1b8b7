//! What a day contributes: sums that add up across days.

use std::collections::HashMap;
use std::sync::Arc;

use super::plan::Plan;

/// The sums behind all metrics of one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Distinct visitors with a matching event, a day.
    pub visitors: u64,
    /// Matching pageviews and custom events.
    pub events: u64,
    /// Matching pageviews.
    pub pageviews: u64,
    /// Visits.
    pub visits: u64,
    /// Visits that `duration_ms` and `visit_pageviews` are of.
    pub timed_visits: u64,
    /// Milliseconds from first event to last activity.
    pub duration_ms: u64,
    /// Pageviews of whole visits.
    pub visit_pageviews: u64,
    /// Visits that `bounces` are of.
    pub bounce_visits: u64,
    /// Visits that bounced.
    pub bounces: u64,
    /// Engaged milliseconds.
    pub engaged_ms: u64,
    /// Visits with engaged time.
    pub engaged_visits: u64,
    /// Deepest scroll of each visit and page, added.
    pub scroll_depth: u64,
    /// Visits and pages with a scroll depth.
    pub scrolled_pages: u64,
}

impl Sums {
    pub(super) fn add(&mut self, other: &Self) {
        self.visitors += other.visitors;
        self.events += other.events;
        self.pageviews += other.pageviews;
        self.visits += other.visits;
        self.timed_visits += other.timed_visits;
        self.duration_ms += other.duration_ms;
        self.visit_pageviews += other.visit_pageviews;
        self.bounce_visits += other.bounce_visits;
        self.bounces += other.bounces;
        self.engaged_ms += other.engaged_ms;
        self.engaged_visits += other.engaged_visits;
        self.scroll_depth += other.scroll_depth;
        self.scrolled_pages += other.scrolled_pages;
    }
}

/// One dimension of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// Index of the bucket in the scan's range.
    Bucket(u32),
    /// The value; blank is empty.
    Text(Arc<str>),
}

/// Groups by their keys, one key a dimension.
pub(crate) type Groups = HashMap<Box<[Key]>, Sums>;

/// What sources contribute to the scans of a plan.
#[derive(Debug)]
pub struct Partial {
    scans: Vec<Groups>,
}

impl Partial {
    /// Nothing yet.
    pub fn new(plan: &Plan) -> Self {
        Self { scans: plan.scans().iter().map(|_| Groups::new()).collect() }
    }

    pub(crate) fn groups(&self, scan: usize) -> &Groups {
        &self.scans[scan]
    }

    pub(super) fn add(&mut self, scan: usize, key: Box<[Key]>, sums: &Sums) {
        self.scans[scan].entry(key).or_default().add(sums);
    }

    /// Adds what another source contributes to the same plan.
    pub fn merge(&mut self, other: Self) {
        for (mine, theirs) in self.scans.iter_mut().zip(other.scans) {
            if mine.is_empty() {
                *mine = theirs;
                continue;
            }
            for (key, sums) in theirs {
                mine.entry(key).or_default().add(&sums);
            }
        }
    }
}
