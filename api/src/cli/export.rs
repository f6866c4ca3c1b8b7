//! `haru export`.

use std::io::Write;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use chrono::{Days, NaiveDate};
use clap::Args;
use haru_stats::segment::{PART_EVENTS, Segment, SegmentReader};
use haru_stats::time::{LocalDay, day_start};

use super::site_of;
use crate::config::DatabaseConfig;
use crate::error::{Error, Result};
use crate::ids::now_ms;
use crate::sealing::Parts;
use crate::sites::kept_from;
use crate::store::{EventStore, Piece, SealedPart, Seen, Sink, Site, Span, Store};

/// Write a site's events as Parquet files, which DuckDB, pandas and others read
#[derive(Debug, Args)]
#[command(
    long_about = "Write a site's events as Parquet files, which DuckDB, pandas and others read.\n\nSealed days are written as they \
        are stored, and what is not sealed yet in files beside them. Each event is in one file.",
    after_help = "Examples:\n  haru export --site example.com --dir events\n  \
        haru export --site example.com --from 2026-10-01 --to 2026-10-31 --dir october\n  \
        duckdb -c \"SELECT page, count(*) FROM 'october/*.parquet' WHERE kind = 'pageview' GROUP BY page\""
)]
pub(super) struct Export {
    #[command(flatten)]
    database: DatabaseConfig,

    /// The site: its domain or id.
    #[arg(long)]
    site: String,

    /// First local day; the first with an event if not given.
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,

    /// Last local day; today if not given.
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,

    /// Directory to write to: new or empty.
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

/// Events may lie so far in the future.
const AHEAD_MS: i64 = 24 * 60 * 60 * 1000;

impl Export {
    pub(super) async fn run(self) -> Result<(), String> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            return Err(format!("--to: {to} is before --from, {from}"));
        }
        let store = Store::open_existing(&self.database).await?;
        let done = self.of_site(&store).await;
        store.close().await;
        done
    }

    #[expect(clippy::print_stdout, reason = "the command line talks to a person")]
    async fn of_site(&self, store: &Store) -> Result<(), String> {
        let site = site_of(store, &self.site).await?;
        prepare(&self.dir).map_err(|error| format!("cannot write to {}: {error}", self.dir.display()))?;
        let text = |error: Error| error.to_string();
        let (mut files, mut events) = (0, 0);
        for day in self.days(store, &site).await.map_err(text)? {
            let mut writing = Writing::new(&self.dir, &site, &day);
            store.read(site.key, None, &mut writing).await.map_err(text)?;
            let (written, held) = writing.finish().await.map_err(text)?;
            files += written;
            events += held;
        }
        println!("Wrote {events} events in {files} files to {}.", self.dir.display());
        Ok(())
    }

    async fn days(&self, store: &Store, site: &Site) -> Result<Vec<LocalDay>> {
        let zones = store.zones(site).await?;
        let Some(first) = store.first_event_at(site.key, kept_from(site, &zones, now_ms())).await? else {
            return Ok(Vec::new());
        };
        // A day more on both sides, as the dates may be those of a zone that the site had earlier.
        let start = |date: NaiveDate| day_start(date.checked_sub_days(Days::new(1)).unwrap_or(date), zones.latest());
        let end = |date: NaiveDate| day_start(date.checked_add_days(Days::new(2)).unwrap_or(date), zones.latest());
        let span = haru_stats::time::Span {
            from: self.from.map_or(first, |from| start(from).max(first)),
            to: self.to.map_or(i64::MAX, end).min(now_ms() + AHEAD_MS),
        };
        let asked =
            |day: &LocalDay| self.from.is_none_or(|from| from <= day.date) && self.to.is_none_or(|to| day.date <= to);
        Ok(zones.days(span).into_iter().filter(asked).collect())
    }
}

/// Takes a day and writes its files.
struct Writing {
    /// Path without number and ending; it has the zone, as a day that a change of timezone cuts has its date twice.
    path: PathBuf,
    span: Span,
    /// Parts that are written anew: rows, and parts of days that were sealed with other ends.
    parts: Parts,
    files: u32,
    events: u64,
}

impl Writing {
    fn new(dir: &Path, site: &Site, day: &LocalDay) -> Self {
        let path = dir.join(format!("{}-{}-{}", site.domain, day.date, day.zone.name().replace('/', "_")));
        let span = Span::from(day.span);
        Self { path, span, parts: Parts::new(span, PART_EVENTS), files: 0, events: 0 }
    }
}

#[async_trait]
impl Sink for Writing {
    async fn spans(&mut self, _: Seen) -> Result<Vec<Span>> {
        Ok(vec![self.span])
    }

    async fn take(&mut self, piece: Piece) -> Result<()> {
        let full = match piece {
            Piece::Part(_, part) if part.span == self.span => return self.write_stored(&part),
            Piece::Part(_, part) => self.parts.push_part(part.bytes).await?,
            Piece::Blocks(_, blocks) => self.parts.push_blocks(blocks).await?,
            Piece::Newer(_) | Piece::Outdated(_) => return Ok(()),
        };
        full.iter().try_for_each(|part| self.write(part))
    }
}

impl Writing {
    /// Writes what is left, and answers how many files and events there are.
    async fn finish(mut self) -> Result<(u32, u64)> {
        let (last, _) = self.parts.take().finish().await?;
        last.iter().try_for_each(|part| self.write(part))?;
        Ok((self.files, self.events))
    }

    fn write_stored(&mut self, part: &SealedPart) -> Result<()> {
        let stored = SegmentReader::open(&part.bytes).map_err(Error::internal)?;
        self.write_file(&part.bytes, stored.len())
    }

    fn write(&mut self, part: &Segment) -> Result<()> {
        self.write_file(&part.bytes, part.events)
    }

    fn write_file(&mut self, bytes: &[u8], events: u64) -> Result<()> {
        let path = format!("{}-{}.parquet", self.path.display(), self.files);
        let written = std::fs::OpenOptions::new().write(true).create_new(true).open(&path);
        let written = written.and_then(|mut file| file.write_all(bytes));
        written.map_err(|error| Error::internal(format!("cannot write {path}: {error}")))?;
        self.files += 1;
        self.events += events;
        Ok(())
    }
}

/// Files of an earlier export would tell some events twice.
fn prepare(dir: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    if std::fs::read_dir(dir)?.next().is_some() {
        return Err(std::io::Error::other("it is not empty"));
    }
    Ok(())
}
