//! For how long one question may be computed.
//!
//! Rows and bytes have budgets of their own; what is compared with what may take long without them, as filters are the asker's
//! and texts are the visitors'.

use std::time::Duration;

use haru_stats::engine::Stop;
use tokio::task::JoinHandle;

use crate::accounts::View;

/// For members and their programs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// For the public, which is anybody.
pub(crate) const PUBLIC_PATIENCE: Duration = Duration::from_secs(10);

/// As long as it lives, the question may be computed, until its time is over. Who stops waiting, as when a connection is closed,
/// drops it, and the work ends.
pub(super) struct Patience {
    stop: Stop,
    timer: JoinHandle<()>,
}

impl Patience {
    /// Begins now.
    pub(super) fn of(view: View) -> Self {
        Self::lasting(if view.tells_operation() { PATIENCE } else { PUBLIC_PATIENCE })
    }

    fn lasting(time: Duration) -> Self {
        let stop = Stop::default();
        let later = stop.clone();
        let timer = tokio::spawn(async move {
            tokio::time::sleep(time).await;
            later.now();
        });
        Self { stop, timer }
    }

    /// For the engine.
    pub(super) fn stop(&self) -> Stop {
        self.stop.clone()
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        self.timer.abort();
        self.stop.now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_ends_with_its_time_or_with_who_waits() {
        let patience = Patience::lasting(PATIENCE);
        let stop = patience.stop();
        tokio::time::sleep(PATIENCE.saturating_sub(Duration::from_secs(1))).await;
        assert!(!stop.is_over());
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(stop.is_over());

        let patience = Patience::lasting(PATIENCE);
        let stop = patience.stop();
        drop(patience);
        assert!(stop.is_over());
    }
}
