//! Wall and processor time of a piece of work.

use std::time::Instant;

use crate::numbers::median;

/// Ticks of `/proc` a second, the same on all that Linux runs on today.
const TICKS: f64 = 100.0;

/// Seconds that something took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Took {
    /// On the clock.
    pub(super) wall: f64,
    /// Of all threads of the process together.
    pub(super) cpu: f64,
}

impl Took {
    /// The medians of wall and processor time.
    pub(super) fn median(all: &[Self]) -> Self {
        let of = |part: fn(&Self) -> f64| median(&all.iter().map(part).collect::<Vec<_>>());
        Self { wall: of(|took| took.wall), cpu: of(|took| took.cpu) }
    }
}

/// Does the work so many times. The time on the clock is the median; the processor's is the mean, as its ticks are
/// coarser than a run.
pub(super) fn repeated<T>(runs: u16, mut work: impl FnMut() -> Result<T, String>) -> Result<(T, Took), String> {
    let cpu = cpu_seconds()?;
    let mut walls = Vec::with_capacity(usize::from(runs));
    let mut timed = || {
        let start = Instant::now();
        let result = work();
        walls.push(start.elapsed().as_secs_f64());
        result
    };
    let mut last = timed()?;
    for _ in 1..runs {
        last = timed()?;
    }
    let cpu = (cpu_seconds()? - cpu) / f64::from(runs.max(1));
    Ok((last, Took { wall: median(&walls), cpu }))
}

/// Processor seconds of this process so far, in user and kernel mode, of threads that ended too.
fn cpu_seconds() -> Result<f64, String> {
    let path = "/proc/self/stat";
    let stat = std::fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?;
    // The name in brackets may hold spaces; user and system time are the 12th and 13th field after it.
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect::<Vec<_>>()).unwrap_or_default();
    let ticks = |field: usize| fields.get(field).and_then(|text| text.parse::<u32>().ok());
    match (ticks(11), ticks(12)) {
        (Some(user), Some(system)) => Ok((f64::from(user) + f64::from(system)) / TICKS),
        _ => Err(format!("{path} has another form than expected")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_takes_time() {
        let busy = || Ok((0..30_000_000u64).fold(0, |sum, number| std::hint::black_box(sum ^ number)));
        let (_, took) = repeated(2, busy).expect("it works");
        assert!(took.wall > 0.0 && took.cpu > 0.0, "{took:?}");
    }
}
