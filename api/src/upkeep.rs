//! What has to be done now and then: erasing salts, forgetting ids, logins, API tokens, invitations and old entries of the audit
//! log, removing what deleted sites and accounts held and what sites keep no longer, sealing days that are over.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::accounts::{AUDIT_KEPT_MS, QuotaNews};
use crate::app::App;
use crate::error::Result;
use crate::ids::now_ms;
use crate::neighbours;

/// How often it is looked whether there is something to do.
const EVERY: Duration = Duration::from_secs(30);
/// How long an event id counts once.
const EVENT_ID_KEPT_MS: i64 = 48 * 60 * 60 * 1000;
/// Rest between two steps, so that hits get at the one writer in between.
const REST: Duration = Duration::from_millis(20);
/// Shortest time between two rounds, so that who deletes or resets sites one after the other does not keep the writer busy.
const PAUSE: Duration = Duration::from_secs(1);

/// How often SQLite's log is folded into its file.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);
/// How often it is looked whether somebody uses up their quota.
const QUOTAS_EVERY: Duration = Duration::from_mins(5);
/// How often it is looked whether days are to be sealed.
const SEAL_EVERY: Duration = Duration::from_mins(1);

/// Runs as long as the process.
pub(crate) async fn run(app: Arc<App>) {
    tokio::join!(rounds(&app), checkpoints(&app), sealing(&app), quotas(&app), neighbours::run(&app));
}

/// Apart from the rounds, which must not wait until years of an imported history are sealed.
async fn sealing(app: &App) {
    let mut every = tokio::time::interval(SEAL_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if let Err(error) = crate::sealing::round(&app.store, &app.sealing).await {
            tracing::warn!(%error, "sealing will be tried again");
        }
    }
}

/// Apart from the rounds: counting events takes longer than what those do.
async fn quotas(app: &App) {
    let mut every = tokio::time::interval(QUOTAS_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        match app.accounts.quota_news().await {
            Ok(news) => {
                for news in news {
                    tell(app, &news).await;
                }
            }
            Err(error) => tracing::warn!(%error, "quotas will be looked at again"),
        }
    }
}

async fn tell(app: &App, news: &QuotaNews) {
    let QuotaNews { account_id: account, exceeded, events, max: quota, .. } = news;
    let (subject, text) = news.mail(&app.base_url);
    let mailed = app.mailer.send(&news.owner.email, subject, text).await;
    tracing::info!(%account, exceeded, events, quota, mailed, "an account uses up its events of the month");
}

async fn checkpoints(app: &App) {
    let mut every = tokio::time::interval(CHECKPOINT_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if let Err(error) = app.store.checkpoint().await {
            tracing::debug!(%error, "the log could not be folded into the file");
        }
    }
}

async fn rounds(app: &App) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut emptied = BTreeSet::new();
    loop {
        tokio::select! {
            _ = every.tick() => {}
            () = app.sites.one_was_deleted() => {}
        }
        if let Err(error) = round(app, &mut emptied).await {
            tracing::warn!(%error, "upkeep will be tried again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// `emptied` names deleted sites in which nothing was left.
async fn round(app: &App, emptied: &mut BTreeSet<i64>) -> Result<()> {
    let now = now_ms();
    // First: it needs no database, and while that is away memory must not grow.
    app.auth_limit.forget_idle();
    app.link_limit.forget_idle();
    app.api_limit.forget_idle();
    let erased = app.pipeline.salts.erase_ended(now).await?;
    if erased > 0 {
        tracing::info!(dates = erased, "erased the salts of dates that have ended everywhere");
    }
    app.pipeline.salts.prepare(now).await?;
    app.store.delete_expired_sessions(now).await?;
    app.store.delete_expired_password_resets(now).await?;
    app.accounts.tokens.forget_ended(now).await?;
    app.store.delete_expired_invitations(now).await?;
    app.store.forget_audit(now - AUDIT_KEPT_MS).await?;
    while app.store.purge_deleted_sites(now, emptied).await? {
        tokio::time::sleep(REST).await;
    }
    app.store.purge_deleted_accounts().await?;
    while app.sites.forget_what_is_not_kept(now).await? {
        tokio::time::sleep(REST).await;
    }
    app.store.give_back_space().await?;
    while app.store.prune_ids_and_batches(now - EVENT_ID_KEPT_MS).await? {
        tokio::time::sleep(REST).await;
    }
    Ok(())
}
