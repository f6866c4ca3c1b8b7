//! What nodes tell each other through PostgreSQL: that something changed which others remember, and which sites had hits.
//!
//! Triggers (`m20261201_000017_changes`) count changes in one row and send a notice with each. A notice may get lost, with the
//! connection that would have brought it; the row is what counts.

use sea_orm::sqlx::postgres::{PgListener, PgPoolOptions};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};

use super::Store;
use crate::error::{Error, Result};

/// The one channel.
const CHANNEL: &str = "haru";
/// How the connection that listens calls itself.
const APPLICATION: &str = "haru listener";
/// Bytes of a notice; PostgreSQL takes less than 8,000.
const NOTICE_MAX: usize = 7_000;
/// What a notice of hits begins with. Then come the node and its sites, all by their internal numbers.
const HITS: &str = "hits";

/// How often there was a change so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Changes {
    /// Of sites and what they count.
    pub(crate) sites: i64,
    /// Of logins, tokens, share links, members.
    pub(crate) access: i64,
}

/// What a node is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A site was made, changed or deleted.
    Sites,
    /// A login, token, share link, member or account was changed or ended.
    Access,
    /// A node has committed hits of these sites.
    Hits { node: i64, sites: Vec<i64> },
}

impl Notice {
    /// None for what this version knows nothing of.
    fn read(text: &str) -> Option<Self> {
        match text {
            "sites" => return Some(Self::Sites),
            "access" => return Some(Self::Access),
            _ => {}
        }
        let mut words = text.split(' ');
        if words.next() != Some(HITS) {
            return None;
        }
        let node = words.next()?.parse().ok()?;
        Some(Self::Hits { node, sites: words.filter_map(|word| word.parse().ok()).collect() })
    }

    /// Notices of hits, each short enough.
    fn of_hits(node: i64, sites: &[i64]) -> Vec<String> {
        let mut notices: Vec<String> = Vec::new();
        for site in sites {
            let word = format!(" {site}");
            match notices.last_mut().filter(|notice| notice.len() + word.len() <= NOTICE_MAX) {
                Some(notice) => notice.push_str(&word),
                None => notices.push(format!("{HITS} {node}{word}")),
            }
        }
        notices
    }
}

/// A connection that waits for notices.
#[derive(Debug)]
pub(crate) struct Listener(PgListener);

impl Listener {
    /// The next notice.
    ///
    /// # Errors
    /// When the connection has ended: then notices may have been lost.
    pub(crate) async fn next(&mut self) -> Result<Notice> {
        loop {
            match self.0.try_recv().await.map_err(away)? {
                Some(notification) => {
                    if let Some(notice) = Notice::read(notification.payload()) {
                        return Ok(notice);
                    }
                }
                None => return Err(Error::Unavailable),
            }
        }
    }
}

impl Store {
    /// How often there was a change so far; on PostgreSQL alone.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn changes(&self) -> Result<Changes> {
        let query = Statement::from_string(self.backend(), "SELECT sites, access FROM change WHERE id = 1");
        let found = Changes::find_by_statement(query).one(&self.reader).await?;
        found.ok_or_else(|| Error::internal("the row that counts changes is missing"))
    }

    /// Listens on a connection of its own; on PostgreSQL alone.
    ///
    /// # Errors
    /// When the database is not there.
    pub(crate) async fn listen(&self) -> Result<Listener> {
        let options = self.reader.get_postgres_connection_pool().connect_options();
        let options = options.as_ref().clone().application_name(APPLICATION);
        let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let pool = pool.connect_with(options).await.map_err(away)?;
        let mut listener = PgListener::connect_with(&pool).await.map_err(away)?;
        listener.ignore_pool_close_event(true);
        listener.listen(CHANNEL).await.map_err(away)?;
        Ok(Listener(listener))
    }

    /// Tells other nodes that this one has committed hits of these sites; on PostgreSQL alone.
    ///
    /// # Errors
    /// When the database is not there; nothing is lost by it but time.
    pub(crate) async fn tell_hits(&self, node: i64, sites: &[i64]) -> Result<()> {
        for notice in Notice::of_hits(node, sites) {
            let query = Statement::from_sql_and_values(
                self.backend(),
                "SELECT pg_notify($1, $2)",
                [CHANNEL.into(), notice.into()],
            );
            self.writer.execute_raw(query).await?;
        }
        Ok(())
    }
}

fn away(error: sea_orm::sqlx::Error) -> Error {
    DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_short_and_read_as_they_were_written() {
        let sites: Vec<i64> = (0..2_000).map(|number| 1_000_000 + number).collect();
        let notices = Notice::of_hits(7, &sites);
        assert!(notices.len() > 1 && notices.iter().all(|notice| notice.len() <= NOTICE_MAX), "{}", notices.len());
        let mut read = Vec::new();
        for notice in &notices {
            let Some(Notice::Hits { node: 7, sites }) = Notice::read(notice) else { panic!("{notice}") };
            read.extend(sites);
        }
        assert_eq!(read, sites);
        assert_eq!(Notice::read("sites"), Some(Notice::Sites));
        assert_eq!(Notice::read("access"), Some(Notice::Access));
        assert_eq!(Notice::read("something of a newer version"), None);
        assert!(Notice::of_hits(7, &[]).is_empty());
    }
}
