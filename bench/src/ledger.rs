//! What was sent, what was answered, and what the server reports of it.
//!
//! Every hit has a page of its own, so that the server's report by page is a ledger to compare with ours.

use std::collections::HashMap;

use crate::traffic::{Hit, Target};

/// A hit that was sent: enough to send it again, and to find it in the report.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) id: u64,
    pub(crate) page: String,
    pub(crate) visitor: u64,
}

/// What is known of the hits.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Answered with 200, and counted.
    pub(crate) acknowledged: Vec<Sent>,
    /// No answer, or another one; not sent again.
    pub(crate) unsure: Vec<Sent>,
    /// Of those acknowledged: only after they had been sent again.
    pub(crate) retried: usize,
}

/// What a comparison found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    /// Reported, but never sent.
    pub(crate) unknown: usize,
    /// Stored without an answer: they were under way when the server died.
    pub(crate) unanswered_but_kept: usize,
}

impl Verdict {
    /// Whether every acknowledged hit is there once, and nothing that nobody sent.
    pub(crate) fn is_good(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.unknown == 0
    }
}

impl Sent {
    pub(crate) fn hit(&self, target: &Target) -> Hit {
        Hit::pageview(target, &self.page, self.visitor)
    }
}

impl Ledger {
    /// Compares with the server's report: pages and how often each was viewed.
    pub(crate) fn compare(&self, pages: &[(String, usize)]) -> Verdict {
        let mut reported: HashMap<&str, usize> = HashMap::new();
        for (page, count) in pages {
            *reported.entry(page).or_default() += count;
        }
        let mut verdict = Verdict::default();
        for sent in &self.acknowledged {
            match reported.remove(&*sent.page) {
                None | Some(0) => verdict.lost += 1,
                Some(1) => {}
                Some(_) => verdict.doubled += 1,
            }
        }
        for sent in &self.unsure {
            match reported.remove(&*sent.page) {
                None | Some(0) => {}
                Some(1) => verdict.unanswered_but_kept += 1,
                Some(_) => verdict.doubled += 1,
            }
        }
        verdict.unknown = reported.len();
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(page: &str) -> Sent {
        Sent { id: 0, page: page.to_owned(), visitor: 0 }
    }

    #[test]
    fn lost_doubled_and_unknown_are_told_apart() {
        let ledger = Ledger {
            acknowledged: vec![sent("/once"), sent("/lost"), sent("/twice")],
            unsure: vec![sent("/kept"), sent("/gone"), sent("/kept-twice")],
            retried: 0,
        };
        let pages = [("/once", 1), ("/twice", 2), ("/kept", 1), ("/kept-twice", 2), ("/stranger", 1)];
        let verdict = ledger.compare(&pages.map(|(page, count)| (page.to_owned(), count)));
        assert_eq!(verdict, Verdict { lost: 1, doubled: 2, unknown: 1, unanswered_but_kept: 1 });
    }
}
