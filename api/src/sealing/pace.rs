//! How much at once, and how fast.

use std::time::Duration;

use haru_stats::segment::PART_EVENTS;

use super::steps::of_test;

/// Rest after each look at blocks: sealing shares the processor with hits.
const REST: Duration = Duration::from_millis(2);
/// How often an attempt says that it is still at work: a quarter of the time for which it is left alone.
const RENEW: Duration = Duration::from_secs(30);

/// How an attempt reads and writes. In debug builds tests may change it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Rest after each look at blocks.
    pub(super) rest: Duration,
    /// How often the attempt's lease is renewed.
    pub(super) renew: Duration,
    /// Events of a part.
    pub(super) part_events: usize,
}

impl Default for Pace {
    fn default() -> Self {
        let millis = |name, default| of_test(name).map_or(default, Duration::from_millis);
        Self {
            rest: millis("HARU_TEST_REST_MS", REST),
            renew: millis("HARU_TEST_RENEW_MS", RENEW),
            part_events: of_test("HARU_TEST_PART_EVENTS").map_or(PART_EVENTS, |events: usize| events.min(PART_EVENTS)),
        }
    }
}
