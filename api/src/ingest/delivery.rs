//! The journal's oldest batch on its way into the database, while hits are kept behind it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::journal::Entry;
use crate::collect::Hit;
use crate::error::{Error, Result};
use crate::store::{Appended, Batch, EventStore};

/// How long one may take before it is tried again: nobody waits for it.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Rest after one that failed.
const REST: Duration = Duration::from_secs(1);

/// A try to deliver a batch: a task of its own, which goes on while hits are written down.
pub(super) struct Delivery {
    /// None where it could not be read.
    pub(super) entry: Option<Arc<Entry>>,
    outcome: JoinHandle<Result<Appended>>,
}

impl Delivery {
    /// Hands a batch to the database.
    pub(super) fn of(entry: Arc<Entry>, store: Arc<dyn EventStore>) -> Self {
        Self { entry: Some(entry.clone()), outcome: tokio::spawn(deliver(entry, store)) }
    }

    /// The same after a rest, since it has failed.
    pub(super) fn again(entry: Arc<Entry>, store: Arc<dyn EventStore>) -> Self {
        let outcome = tokio::spawn(sleep(REST).then({
            let entry = entry.clone();
            move |()| deliver(entry, store)
        }));
        Self { entry: Some(entry), outcome }
    }

    /// A rest, since the batch can't be read.
    pub(super) fn of_none() -> Self {
        Self { entry: None, outcome: tokio::spawn(sleep(REST).map(|()| Err(Error::Unavailable))) }
    }

    /// Waits for what becomes of it.
    pub(super) async fn outcome(&mut self) -> Result<Appended> {
        (&mut self.outcome).await.unwrap_or_else(|error| Err(Error::internal(error)))
    }
}

async fn deliver(entry: Arc<Entry>, store: Arc<dyn EventStore>) -> Result<Appended> {
    let hits: Vec<&Hit> = entry.hits.iter().collect();
    let batch = Batch { node: entry.node, seq: entry.seq, at: entry.at, hits: &hits, drops: &entry.drops };
    timeout(TIMEOUT, store.append_late(batch)).await.unwrap_or(Err(Error::Unavailable))
}
