//! The site as sealed days in files, as Haru seals them, and their way back into memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use haru_site::Site;
use haru_stats::segment::SegmentWriter;
use haru_stats::time::Span;
use haru_stats::{Day, DayBuilder, Event};

/// Sealed days.
pub(super) struct Sealed {
    days: Vec<SealedDay>,
    /// Events of all days.
    pub(super) events: usize,
    /// Bytes of all files.
    pub(super) bytes: usize,
    /// Seconds of one thread for sorting, encoding and compressing.
    pub(super) sealing: f64,
    /// Where the files are, and nothing else.
    pub(super) dir: PathBuf,
}

struct SealedDay {
    span: Span,
    parts: Vec<PathBuf>,
}

impl Sealed {
    /// Makes the site's events day by day and writes them into an empty directory.
    pub(super) fn make(site: &Site, dir: &Path) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("cannot write {}: {error}", dir.display());
        if dir.exists() {
            std::fs::remove_dir_all(dir).map_err(failed)?;
        }
        std::fs::create_dir_all(dir).map_err(failed)?;
        let mut sealed = Self { days: Vec::new(), events: 0, bytes: 0, sealing: 0.0, dir: dir.to_owned() };
        for index in 0..site.days() {
            let (span, events) = (site.span(index), site.events(index));
            let start = Instant::now();
            let segments = seal(span, &events)?;
            sealed.sealing += start.elapsed().as_secs_f64();
            sealed.events += events.len();
            let mut parts = Vec::new();
            for (part, bytes) in segments.iter().enumerate() {
                let path = dir.join(format!("{index:04}-{part:03}.parquet"));
                std::fs::write(&path, bytes).map_err(failed)?;
                sealed.bytes += bytes.len();
                parts.push(path);
            }
            sealed.days.push(SealedDay { span, parts });
        }
        Ok(sealed)
    }

    /// How many days there are.
    pub(super) fn days(&self) -> usize {
        self.days.len()
    }

    /// Reads, verifies and decodes all days on that many threads, and derives their visits.
    pub(super) fn decode(&self, threads: usize) -> Result<Vec<Arc<Day>>, String> {
        let next = AtomicUsize::new(0);
        let work = || {
            let indexes = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)));
            let days = indexes.map_while(|index| self.days.get(index).map(|day| Ok((index, Arc::new(day.decode()?)))));
            days.collect::<Result<Vec<_>, String>>()
        };
        let mut decoded = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut decoded = work()?;
            for other in others {
                decoded.extend(other.join().map_err(|_| "a decoding thread panicked")??);
            }
            Ok::<_, String>(decoded)
        })?;
        decoded.sort_unstable_by_key(|(index, _)| *index);
        Ok(decoded.into_iter().map(|(_, day)| day).collect())
    }
}

impl SealedDay {
    fn decode(&self) -> Result<Day, String> {
        let mut builder = DayBuilder::new(self.span).map_err(|error| error.to_string())?;
        for path in &self.parts {
            let failed = |error: &dyn std::error::Error| format!("cannot read {}: {error}", path.display());
            let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
            builder.push_segment(&bytes).map_err(|error| failed(&error))?;
        }
        Ok(builder.build())
    }
}

/// The parts of a day.
fn seal(span: Span, events: &[Event<'_>]) -> Result<Vec<Vec<u8>>, String> {
    let failed = |error: haru_stats::segment::SegmentError| format!("cannot seal: {error}");
    let mut parts = Vec::new();
    let mut writer = SegmentWriter::new(span, 0);
    for event in events {
        if writer.is_full() {
            let number = u32::try_from(parts.len() + 1).map_err(|_| "too many parts")?;
            let full = std::mem::replace(&mut writer, SegmentWriter::new(span, number));
            parts.push(full.finish().map_err(failed)?.bytes);
        }
        writer.push(event).map_err(failed)?;
    }
    parts.push(writer.finish().map_err(failed)?.bytes);
    Ok(parts)
}
