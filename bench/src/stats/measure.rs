//! Measures one site: Haru in its three states, and DuckDB turn by turn with it.

use haru_stats::Dashboard;
use serde_json::Value;

use super::clock::{Took, repeated};
use super::duckdb::{DuckDb, FORMS, PLAIN};
use super::files::Sealed;
use super::haru::{Haru, PlainSum, cold};
use super::questions::Question;
use super::{Options, answers};
use crate::numbers::median;

/// What was measured of a site.
pub(super) struct Measured {
    /// Events of the site.
    pub(super) events: usize,
    /// Its days.
    pub(super) days: usize,
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
    /// One a form of DuckDB's tables.
    pub(super) duckdb: Vec<Beside>,
}

/// DuckDB beside Haru, decoded.
pub(super) struct Beside {
    pub(super) form: &'static str,
    pub(super) took: Took,
    /// DuckDB's wall time divided by Haru's, round by round.
    pub(super) ratios: Vec<f64>,
}

impl Times {
    /// How many times as fast as DuckDB with plain tables, those of the targets: the median of the rounds.
    pub(super) fn ratio(&self) -> f64 {
        let plain = self.duckdb.iter().filter(|beside| beside.form == PLAIN);
        plain.map(|beside| median(&beside.ratios)).fold(f64::INFINITY, f64::min)
    }
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
        days: sealed.days(),
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
    let first = haru.decoded(&query)?;
    let expected = answers::numbers(&first)?;
    let same = |found: &Value, who: &str| match answers::difference(&expected, found) {
        None => Ok(()),
        Some(difference) => Err(format!("different numbers of {}, {who}: {difference}", question.name)),
    };
    let haru_same = |answer: &Dashboard| same(&answers::numbers(answer)?, "another answer of Haru");

    let mut sides = FORMS.map(|form| (question.for_duckdb(&query, form), Vec::new(), Vec::new()));
    for (asked, ..) in &sides {
        // The first answer of each side warms it up and is not timed.
        same(&duckdb.ask(asked)?.0, &asked.to_string())?;
    }
    let mut ours = Vec::new();
    for _ in 0..options.rounds {
        let (answer, took) = repeated(options.runs, || haru.decoded(&query))?;
        haru_same(&answer)?;
        ours.push(took);
        for (asked, theirs, ratios) in &mut sides {
            let (numbers, their) = duckdb.ask(asked)?;
            same(&numbers, &asked.to_string())?;
            ratios.push(their.wall / took.wall);
            theirs.push(their);
        }
    }
    haru_same(&haru.remembered(&query)?)?;
    let (answer, cached) = repeated(options.runs.saturating_mul(options.rounds), || haru.remembered(&query))?;
    haru_same(&answer)?;
    let (answer, cold) = repeated(options.cold_runs, || cold(sealed, &query))?;
    haru_same(&answer)?;
    let beside = |(form, (_, theirs, ratios)): (_, (Value, Vec<Took>, Vec<f64>))| Beside {
        form,
        took: Took::median(&theirs),
        ratios,
    };
    Ok(Times {
        question,
        compared: answers::count(&expected),
        cold,
        decoded: Took::median(&ours),
        cached,
        duckdb: FORMS.into_iter().zip(sides).map(beside).collect(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "a measurement")]
fn an_event(bytes: usize, events: usize) -> f64 {
    bytes as f64 / events.max(1) as f64
}
