//! What is printed, and which targets are reached.
#![expect(clippy::print_stdout, reason = "the report is what the program is for")]

use super::files::Sealed;
use super::measure::{Beside, Measured, Times};
use super::{Options, THREADS};
use crate::numbers::{grouped, median};

/// Collects what was missed.
pub(super) struct Report {
    missed: Vec<String>,
}

impl Report {
    /// Says on what is measured.
    pub(super) fn begin(machine: &str) -> Self {
        println!("machine     {machine}");
        let build = if cfg!(debug_assertions) { "debug: numbers mean little" } else { "release" };
        println!("build       {build}, {THREADS} threads on each side");
        Self { missed: Vec::new() }
    }

    /// How much longer the larger site takes, decoded.
    pub(super) fn growth(&mut self, small: &Measured, large: &Measured) {
        let events = ratio(large.events, small.events);
        println!("\ngrowth      from {} to {} events: {events:.1} times", grouped(small.events), grouped(large.events));
        for (small, large) in small.dashboards.iter().zip(&large.dashboards) {
            let name = large.question.name;
            let time = large.decoded.wall / small.decoded.wall;
            println!("{name:<12}{time:.1} times the time, decoded");
            self.target(time <= events, || {
                format!("{name}: {time:.1} times the time for {events:.1} times the events")
            });
        }
    }

    /// Compares with what is to be reached.
    pub(super) fn targets(&mut self, options: &Options, measured: &Measured) {
        let days = measured.days;
        for times in &measured.dashboards {
            let least = if times.question.is_filtered() { options.min_filtered_ratio } else { options.min_ratio };
            let (ratio, cold) = (times.ratio(), times.cold.wall);
            let name = format!("{days} days, {}", times.question.name);
            self.target(ratio >= least, || format!("{name}: {ratio:.0} times as fast as DuckDB, at least {least:.0}"));
            let most = options.max_cold;
            self.target(cold <= most, || format!("{name}: {cold:.2} s cold, at most {most} s"));
        }
        let (memory, disk) = (measured.memory, measured.disk);
        let (most_memory, most_disk) = (options.max_memory, options.max_disk);
        self.target(memory <= most_memory, || {
            format!("{days} days: {memory:.1} bytes an event in memory, at most {most_memory}")
        });
        self.target(disk <= most_disk, || {
            format!("{days} days: {disk:.1} bytes an event on disk, at most {most_disk}")
        });
    }

    fn target(&mut self, reached: bool, what: impl FnOnce() -> String) {
        if !reached {
            self.missed.push(what());
        }
    }

    /// Says what was missed; true if nothing was.
    pub(super) fn end(self) -> bool {
        println!();
        if self.missed.is_empty() {
            println!("targets     all reached");
        }
        for missed in &self.missed {
            println!("missed      {missed}");
        }
        self.missed.is_empty()
    }
}

/// A site's measurements.
pub(super) fn site(sealed: &Sealed, measured: &Measured) {
    let (version, load) = &measured.duckdb;
    println!("\n{} events in {} days", grouped(measured.events), measured.days);
    println!("on disk     {:.1} bytes an event, sealed in {:.1} s on one thread", measured.disk, sealed.sealing);
    println!("in memory   {:.1} bytes an event, decoded", measured.memory);
    println!("plain sum   {} ms over as many bytes", milliseconds(measured.sum.wall));
    println!("DuckDB      {version}, its tables made in {load:.1} s\n");
    println!("{:<14}{:<9}{:>12}{:>12}{:>9}", "Haru", "columns", "wall ms", "CPU ms", "÷ sum");
    for times in &measured.dashboards {
        for (state, took) in [("cold", times.cold), ("decoded", times.decoded), ("cached", times.cached)] {
            print!("{:<14}{state:<9}{:>12}", times.question.name, milliseconds(took.wall));
            println!("{:>12}{:>9.1}", milliseconds(took.cpu), took.wall / measured.sum.wall);
        }
    }
    println!(
        "\n{:<14}{:<9}{:>12}{:>12}{:>9}{:>9}{:>9}{:>9}   ÷ decoded, of each round",
        "DuckDB", "tables", "wall ms", "CPU ms", "÷ cold", "÷ deco.", "of CPU", "÷ cached"
    );
    for times in &measured.dashboards {
        times.duckdb.iter().for_each(|beside| duckdb(times, beside));
    }
    let compared: usize = measured.dashboards.iter().map(|times| times.compared).sum();
    println!("{compared} numbers and labels compared in each round, all equal");
}

fn duckdb(times: &Times, beside: &Beside) {
    let (took, decoded) = (beside.took, times.decoded);
    let rounds: Vec<String> = beside.ratios.iter().map(|ratio| format!("{ratio:.0}")).collect();
    println!(
        "{:<14}{:<9}{:>12}{:>12}{:>9.1}{:>9.1}{:>9.1}{:>9.0}   {}",
        times.question.name,
        beside.form,
        milliseconds(took.wall),
        milliseconds(took.cpu),
        took.wall / times.cold.wall,
        median(&beside.ratios),
        took.cpu / decoded.cpu,
        took.wall / times.cached.wall,
        rounds.join(" ")
    );
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.1}", seconds * 1000.0)
}

#[expect(clippy::cast_precision_loss, reason = "a measurement")]
fn ratio(large: usize, small: usize) -> f64 {
    large as f64 / small.max(1) as f64
}
