//! Measures one site: Haru in its three states, and DuckDB turn by turn with it.

use haru_stats::Dashboard;
use serde_json::Value;

use super::clock::{Took, repeated};
use super::duckdb::DuckDb;
use super::files::Sealed;
use super::haru::{Haru, PlainSum, cold};
use super::questions::Question;
use super::{Options, answers};
use crate::numbers::median;

/// What was measured of a site.
pub(super) struct Measured {
    /// Events of the site.
    pub(super) events: usize,
    /// Bytes on disk an event.
    pub(super) disk: f64,
    /// Bytes in memory an event, decoded.
    pub(super) memory: f64,
    /// A plain sum over as many bytes as all columns have.
    pub(super) sum: Took,
    /// DuckDB's version, and the seconds that it took to make its tables.
    pub(super) duckdb: (String, f64),
    /// One a question.
    pub(super) dashboards: Vec<Times>,
}

/// Times of one dashboard.
pub(super) struct Times {
    pub(super) question: Question,
    /// Numbers and labels that were compared.
    pub(super) compared: usize,
    pub(super) cold: Took,
    pub(super) decoded: Took,
    pub(super) cached: Took,
    pub(super) duckdb: Took,
    /// DuckDB's wall time divided by that of Haru, decoded: the median of the rounds.
    pub(super) ratio: f64,
    /// The ratio of each round.
    pub(super) ratios: Vec<f64>,
}

/// Asks all questions in all states.
pub(super) fn measure(options: &Options, sealed: &Sealed, questions: &[Question]) -> Result<Measured, String> {
    let mut duckdb = DuckDb::start(options, sealed)?;
    let haru = Haru::open(sealed)?;
    let plain = PlainSum::of_bytes(haru.bytes());
    let (_, sum) = repeated(options.runs.max(5), || Ok(std::hint::black_box(plain.sum())))?;
    drop(plain);
    let dashboards = questions.iter().map(|question| dashboard(options, sealed, &haru, &mut duckdb, *question));
    Ok(Measured {
        dashboards: dashboards.collect::<Result<_, _>>()?,
        events: sealed.events,
        disk: an_event(sealed.bytes, sealed.events),
        memory: an_event(haru.bytes(), sealed.events),
        sum,
        duckdb: (duckdb.version.clone(), duckdb.load),
    })
}

fn dashboard(
    options: &Options,
    sealed: &Sealed,
    haru: &Haru,
    duckdb: &mut DuckDb,
    question: Question,
) -> Result<Times, String> {
    let query = question.for_haru(sealed.days())?;
    let asked = question.for_duckdb(&query);
    let same = |theirs: &Value, ours: &Dashboard| {
        let ours = answers::numbers(ours)?;
        match answers::difference(&ours, theirs) {
            None => Ok(answers::count(&ours)),
            Some(found) => Err(format!("different numbers of {} ({asked}): {found}", question.name)),
        }
    };
    // Warm-up of both sides, and the numbers that all others must equal.
    let (expected, _) = duckdb.ask(&asked)?;
    let compared = same(&expected, &haru.decoded(&query)?)?;

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let (answer, took) = repeated(options.runs, || haru.decoded(&query))?;
        same(&expected, &answer)?;
        ours.push(took);
        let (numbers, took) = duckdb.ask(&asked)?;
        same(&numbers, &answer)?;
        theirs.push(took);
    }
    let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| theirs.wall / ours.wall).collect();

    same(&expected, &haru.remembered(&query)?)?;
    let (answer, cached) = repeated(options.runs.saturating_mul(options.rounds), || haru.remembered(&query))?;
    same(&expected, &answer)?;
    let (answer, cold) = repeated(options.cold_runs, || cold(sealed, &query))?;
    same(&expected, &answer)?;
    Ok(Times {
        question,
        compared,
        cold,
        decoded: Took::median(&ours),
        cached,
        duckdb: Took::median(&theirs),
        ratio: median(&ratios),
        ratios,
    })
}

#[expect(clippy::cast_precision_loss, reason = "a measurement")]
fn an_event(bytes: usize, events: usize) -> f64 {
    bytes as f64 / events.max(1) as f64
}
