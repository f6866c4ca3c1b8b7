//! A long range: never in memory as a whole, and not read again for what is remembered.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use async_trait::async_trait;
use chrono_tz::Tz;
use haru_stats::Event;
use haru_stats::engine::SourceId;
use haru_stats::segment::SegmentWriter;

use super::*;
use crate::store::{Appended, Batch, Piece, SealedPart, Sink};

const DAY: i64 = 24 * 60 * 60 * 1000;
const DAYS: usize = 40;
const NOW: i64 = 20_000 * DAY;

/// The last 40 days, each sealed with one event.
#[derive(Debug, Default)]
struct Sealed {
    taken: Arc<AtomicUsize>,
    /// Days that were read.
    read: AtomicUsize,
    /// The most days that were read and not taken.
    waiting: AtomicUsize,
}

fn range() -> Span {
    Span { from: NOW - i64::try_from(DAYS + 1).expect("a number") * DAY, to: NOW - DAY }
}

#[async_trait]
impl EventStore for Sealed {
    async fn append(&self, _: Batch<'_>) -> Result<Appended> {
        Ok(Appended::Before)
    }

    async fn append_late(&self, batch: Batch<'_>) -> Result<Appended> {
        self.append(batch).await
    }

    async fn fence(&self, _: i64, _: i64, at: i64) -> Result<i64> {
        Ok(at)
    }

    async fn read(&self, _: i64, _: Option<&Seen>, sink: &mut dyn Sink) -> Result<()> {
        let spans = sink.spans(Seen::from([(1, 1)])).await?;
        for (index, span) in spans.into_iter().enumerate() {
            let mut writer = SegmentWriter::new(span.into(), 0);
            writer.push(&Event { ts: span.start, page: "/", ..Event::default() }).expect("an event of the day");
            let bytes = writer.finish().expect("written").bytes;
            sink.take(Piece::Part(index, SealedPart { span, attempt: 3, bytes })).await?;
            let read = self.read.fetch_add(1, Ordering::SeqCst) + 1;
            self.waiting.fetch_max(read.saturating_sub(self.taken.load(Ordering::SeqCst)), Ordering::SeqCst);
        }
        Ok(())
    }

    async fn first_event_at(&self, _: i64, _: i64) -> Result<Option<i64>> {
        Ok(None)
    }
}

/// Notes what it takes, slowly.
#[derive(Default)]
struct Noting {
    taken: Arc<AtomicUsize>,
    names: Mutex<BTreeSet<SourceId>>,
    /// Names of which all is remembered.
    remembered: BTreeSet<SourceId>,
    fails: bool,
}

impl Taker for Noting {
    fn take(&self, days: &[Built]) -> Result<()> {
        std::thread::sleep(Duration::from_millis(5));
        if self.fails && !days.is_empty() {
            return Err(Error::Unavailable);
        }
        self.names.lock().expect("not poisoned").extend(days.iter().map(|day| day.trace().id));
        self.taken.fetch_add(days.len(), Ordering::SeqCst);
        Ok(())
    }

    fn take_trace(&self, trace: &Trace) -> bool {
        self.remembered.contains(&trace.id)
    }
}

async fn load(days: &Days, taker: Noting) -> Result<BTreeSet<SourceId>> {
    let taker = Arc::new(taker);
    days.load(1, &SiteZones::fixed(Tz::UTC), &[range()], NOW, taker.clone(), 0).await?;
    let names = taker.names.lock().expect("not poisoned").clone();
    Ok(names)
}

fn noting(store: &Sealed) -> Noting {
    Noting { taken: store.taken.clone(), ..Noting::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn days_are_taken_while_later_ones_are_read() {
    let store = Arc::new(Sealed::default());
    let days = Days::new(store.clone());
    let bound = days.loads.available_permits();
    assert_eq!(load(&days, noting(&store)).await.expect("loaded").len(), DAYS);
    assert_eq!(store.taken.load(Ordering::SeqCst), DAYS);
    let waiting = store.waiting.load(Ordering::SeqCst);
    assert!(waiting <= bound, "{waiting} days were in memory, at most {bound} may be");
    assert_eq!(days.loads.available_permits(), bound);
}

#[tokio::test(flavor = "multi_thread")]
async fn remembered_days_are_not_read_again_when_the_cache_has_lost_them() {
    let store = Arc::new(Sealed::default());
    let days = Days::new(store.clone());
    let names = load(&days, noting(&store)).await.expect("loaded");
    days.finished.invalidate_all();
    let all = Noting { remembered: names.clone(), ..noting(&store) };
    assert_eq!(load(&days, all).await.expect("loaded"), BTreeSet::new());
    assert_eq!(store.read.load(Ordering::SeqCst), DAYS);
    let but_one = Noting { remembered: names.iter().skip(1).copied().collect(), ..noting(&store) };
    assert_eq!(load(&days, but_one).await.expect("loaded"), names.iter().take(1).copied().collect());
    assert_eq!(store.read.load(Ordering::SeqCst), DAYS + 1);
    // What is remembered of a sealed day is good for whoever decodes it.
    let others = Days::new(store.clone());
    assert_eq!(load(&others, noting(&store)).await.expect("loaded"), names);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_refused_ends_early_and_leaves_what_was_loaded() {
    let store = Arc::new(Sealed::default());
    let days = Days::new(store.clone());
    load(&days, noting(&store)).await.expect("loaded");
    days.finished.invalidate_all();
    assert!(load(&days, Noting { fails: true, ..noting(&store) }).await.is_err());
    let read = store.read.load(Ordering::SeqCst) - DAYS;
    assert!(read < DAYS / 2, "{read} days were read for nobody");
    let state = days.sites.get(&1).expect("known").lock_owned().await;
    assert!(!state.reading, "nothing was left half done");
    assert_eq!(state.traces.len(), DAYS);
}
