//! What other nodes do, and what they are told of this one. On SQLite there are none.
//!
//! Notices through the database make it quick; nothing depends on them. Changes are counted in a row that is looked at every second,
//! live dashboards are computed at least every few seconds, and feeds of single events look for new ones every second.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::app::App;
use crate::error::Result;
use crate::live::{EVENTS_KEPT, LiveEvent};
use crate::store::{EventStore, Notice, Piece, Seen, Sink, Span};

/// How often it is looked whether something changed, and whether watched sites have new events, whatever notices say.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Hits of so long are told of at once.
const TELL_EVERY: Duration = Duration::from_millis(250);
/// A connection that brings nothing for so long is made anew: its other end may have vanished.
const SILENCE_MAX: Duration = Duration::from_mins(5);
/// Rest before the connection is made anew, twice as long each time that fails.
const FIRST_REST: Duration = Duration::from_millis(250);
const LONGEST_REST: Duration = Duration::from_secs(30);

/// Runs as long as the process.
pub(crate) async fn run(app: &App) {
    if app.store.is_sqlite() {
        return;
    }
    tokio::join!(listen(app), look(app), tell(app));
}

/// Takes notices as they come.
async fn listen(app: &App) {
    let mut rest = FIRST_REST;
    loop {
        if let Ok(mut listener) = app.store.listen().await {
            rest = FIRST_REST;
            app.hub.is_listening(true);
            // What was told meanwhile is lost.
            changed(app, true, true);
            app.hub.touch_all();
            while let Ok(Ok(notice)) = timeout(SILENCE_MAX, listener.next()).await {
                match notice {
                    Notice::Sites => changed(app, true, false),
                    Notice::Access => changed(app, false, true),
                    Notice::Hits { node, sites } if node != app.node => {
                        app.hub.touch(&sites);
                        app.hub.look_for_events.notify_one();
                    }
                    Notice::Hits { .. } => {}
                }
            }
            app.hub.is_listening(false);
        }
        sleep(rest).await;
        rest = (rest * 2).min(LONGEST_REST);
    }
}

/// Looks whether something changed, and for events that other nodes have committed.
async fn look(app: &App) {
    let mut every = interval(LOOK_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut known = None;
    let mut seen = BTreeMap::new();
    loop {
        tokio::select! {
            _ = every.tick() => {
                // Who can't be asked now is asked again.
                if let Ok(now) = app.store.changes().await && known != Some(now) {
                    let of = |part: fn(crate::store::Changes) -> i64| known.map(part) != Some(part(now));
                    changed(app, of(|changes| changes.sites), of(|changes| changes.access));
                    known = Some(now);
                }
            }
            () = app.hub.look_for_events.notified() => {}
        }
        if let Err(error) = show_events(app, &mut seen).await {
            tracing::debug!(%error, "events of other nodes will be looked for again");
        }
    }
}

/// Tells others which sites had hits.
async fn tell(app: &App) {
    loop {
        let sites = app.hub.touched().await;
        if let Err(error) = app.store.tell_hits(app.node, &sites).await {
            tracing::debug!(%error, "other nodes could not be told of hits");
        }
        sleep(TELL_EVERY).await;
    }
}

fn changed(app: &App, sites: bool, access: bool) {
    if sites {
        app.sites.changed_elsewhere();
    }
    if sites || access {
        // A site may have been deleted, or be public no more.
        app.accounts.forget_who_is_who();
    }
}

/// Hands events of other nodes to those who watch single ones here. `seen` says, by site, which batches were looked at.
async fn show_events(app: &App, seen: &mut BTreeMap<i64, Seen>) -> Result<()> {
    let watched: BTreeSet<i64> = app.hub.sites_with_feeds().into_iter().collect();
    seen.retain(|site, _| watched.contains(site));
    for site in watched {
        let mut newer = Newer { node: app.node, heads: Seen::default(), events: Vec::new() };
        app.store.read(site, seen.get(&site), &mut newer).await?;
        // Whoever has just begun is shown what comes from now on.
        if seen.insert(site, newer.heads).is_some() {
            app.hub.show(site, newer.events);
        }
    }
    Ok(())
}

/// Takes what is new of other nodes, and no more of it than a feed holds.
struct Newer {
    node: i64,
    heads: Seen,
    events: Vec<LiveEvent>,
}

#[async_trait]
impl Sink for Newer {
    async fn spans(&mut self, heads: Seen) -> Result<Vec<Span>> {
        self.heads = heads;
        Ok(Vec::new())
    }

    async fn take(&mut self, piece: Piece) -> Result<()> {
        let Piece::Newer(blocks) = piece else { return Ok(()) };
        for block in blocks.into_iter().filter(|block| block.node != self.node) {
            block.each(|event| {
                self.events.push(LiveEvent::of(event));
                Ok::<_, Infallible>(())
            })?;
        }
        let over = self.events.len().saturating_sub(EVENTS_KEPT);
        self.events.drain(..over);
        Ok(())
    }
}
