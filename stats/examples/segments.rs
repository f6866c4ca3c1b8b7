//! Sizes and speed of segments on a realistic site: `cargo run --release -p haru-stats --example segments [EVENTS] [DAYS] [FILE]`.
//!
//! Prints bytes an event on disk, in a growing day and in a finished one, and the time that two threads take to decode all days.
//! With a file name, the first day's segment is written there, to be opened with other tools (`docs/segments.md`).

#![expect(clippy::print_stdout, reason = "a measurement is there to be read")]

#[path = "../benches/common/mod.rs"]
mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use haru_stats::segment::SegmentWriter;
use haru_stats::{Day, DayBuilder};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let events = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let days = arguments.next().map_or(Ok(30_usize), |text| text.parse())?;
    let site = common::site(1, events, days);

    let (mut segments, mut sealing) = (Vec::new(), 0.0);
    for day in 0..days {
        let events = site.events(day);
        let start = Instant::now();
        let mut parts = Vec::new();
        let mut writer = SegmentWriter::new(site.span(day), 0);
        for event in &events {
            if writer.is_full() {
                let next = SegmentWriter::new(site.span(day), u32::try_from(parts.len())? + 1);
                parts.push(std::mem::replace(&mut writer, next).finish()?.bytes);
            }
            writer.push(event)?;
        }
        parts.push(writer.finish()?.bytes);
        sealing += start.elapsed().as_secs_f64();
        segments.push(parts);
    }
    if let Some(file) = arguments.next() {
        std::fs::write(file, &segments[0][0])?;
    }
    let stored: usize = segments.iter().flatten().map(Vec::len).sum();
    println!("sealed: {:.2} bytes an event, {sealing:.2} s on one thread", ratio(stored, events));

    let decode = |day: usize| -> (Day, usize) {
        let mut builder = DayBuilder::new(site.span(day)).expect("a day");
        for bytes in &segments[day] {
            builder.push_segment(bytes).expect("a segment of the day");
        }
        (builder.build(), builder.bytes())
    };
    let next = AtomicUsize::new(0);
    let work = || -> Vec<(Day, usize)> {
        let days =
            std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|day| *day < segments.len()));
        days.map(decode).collect()
    };
    let start = Instant::now();
    let decoded: Vec<(Day, usize)> = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        let mut decoded = work();
        decoded.extend(other.join().expect("a thread that ends well"));
        decoded
    });
    println!("decoded: {:.2} s on two threads", start.elapsed().as_secs_f64());
    let bytes: usize = decoded.iter().map(|(day, _)| day.bytes()).sum();
    let growing: usize = decoded.iter().map(|(_, bytes)| bytes).sum();
    println!(
        "in memory: {:.1} bytes an event as a day, {:.1} as its builder",
        ratio(bytes, events),
        ratio(growing, events)
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a measurement")]
fn ratio(bytes: usize, events: usize) -> f64 {
    bytes as f64 / events as f64
}
