//! One who watches a dashboard, and what they saw of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::interval;

use super::socket::Socket;
use crate::spread::Sent;

/// How often it says that it is there: the server gives it 30 seconds.
const PING_EVERY: Duration = Duration::from_secs(10);

/// The two numbers that are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) pageviews: usize,
    pub(crate) visitors: usize,
}

impl Numbers {
    /// Reads them out of a dashboard's JSON, without reading the rest: a thousand clients share the machine with the server.
    pub(crate) fn of(text: &str) -> Option<Self> {
        Some(Self { pageviews: total(text, "pageviews")?, visitors: total(text, "visitors")? })
    }
}

fn total(text: &str, name: &str) -> Option<usize> {
    let totals = text.split_once("\"totals\":")?.1;
    let value = totals.split_once(&format!("\"{name}\":{{"))?.1.split_once("\"value\":")?.1;
    value[..value.find(|letter: char| !letter.is_ascii_digit())?].parse().ok()
}

/// What a watcher saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) messages: usize,
    pub(crate) bytes: usize,
    pub(crate) last: Option<Numbers>,
    /// Of each update how old the oldest hit was that it showed for the first time.
    pub(crate) ages: Vec<Duration>,
    /// The connection ended.
    pub(crate) ended: bool,
    /// What came that was no dashboard.
    pub(crate) errors: usize,
}

impl Seen {
    fn take(&mut self, text: &str, sent: &Sent) {
        self.bytes += text.len();
        if text.starts_with("{\"type\":\"pong\"") {
            return;
        }
        let Some(numbers) = Numbers::of(text) else {
            self.errors += 1;
            return;
        };
        self.messages += 1;
        let before = self.last.map_or(0, |last| last.pageviews);
        if numbers.pageviews > before
            && self.last.is_some()
            && let Some(at) = sent.at(before)
        {
            self.ages.push(at.elapsed());
        }
        self.last = Some(numbers);
    }
}

/// A watcher at work. It ends with this.
#[derive(Debug)]
pub(crate) struct Watcher {
    pub(crate) site: usize,
    seen: Arc<Mutex<Seen>>,
    reads: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
}

impl Watcher {
    /// Begins to watch. One that does not read at first does so once [`Watcher::read`] is called.
    pub(crate) fn start(mut socket: Socket, site: usize, sent: Arc<[Sent]>, reads_at_once: bool) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let reads = Arc::new(AtomicBool::new(reads_at_once));
        let (noted, reading) = (seen.clone(), reads.clone());
        let task = tokio::spawn(async move {
            let mut pings = interval(if reads_at_once { PING_EVERY } else { Duration::from_secs(1) });
            loop {
                let ends = tokio::select! {
                    text = socket.next(), if reading.load(Ordering::Relaxed) => match text {
                        Some(text) => {
                            noted.lock().unwrap_or_else(PoisonError::into_inner).take(&text, &sent[site]);
                            false
                        }
                        None => true,
                    },
                    // Who does not read any more can't tell that the connection has gone: it is told when it reads again.
                    _ = pings.tick() => socket.ping().await.is_err() && reading.load(Ordering::Relaxed),
                };
                if ends {
                    noted.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
                    return;
                }
            }
        });
        Self { site, seen, reads, task }
    }

    /// Reads from now on.
    pub(crate) fn read(&self) {
        self.reads.store(true, Ordering::Relaxed);
    }

    /// Looks at what it saw so far.
    pub(crate) fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How long ago the oldest hit was sent that it does not show; nothing when it shows all that were acknowledged.
    pub(crate) fn behind(&self, sent: &[Sent]) -> Option<Duration> {
        let shown = self.seen(|seen| seen.last.map_or(0, |last| last.pageviews));
        let sent = &sent[self.site];
        (shown < sent.acknowledged()).then(|| sent.at(shown).map(|at| at.elapsed())).flatten()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_totals() {
        let text = r#"{"type":"next","payload":{"data":{"liveDashboard":{"online":7,"totals":{"visitors":{"value":12,"previous":null},
            "pageviews":{"value":345,"previous":1}},"panels":{"pages":{"rows":[{"visitors":99}]}}}}}}"#;
        assert_eq!(Numbers::of(text), Some(Numbers { pageviews: 345, visitors: 12 }));
        assert_eq!(Numbers::of(r#"{"type":"error","payload":[]}"#), None);
    }
}
