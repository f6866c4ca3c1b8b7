//! Sealing a day and decoding it, over 333,333 events in as many parts as they need: one of thirty days of ten million.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use haru_site::Site;
use haru_stats::segment::{PART_EVENTS, SegmentWriter};
use haru_stats::{DayBuilder, Event};
use std::hint::black_box;

const EVENTS: usize = 333_333;

fn seal(site: &Site, events: &[Event<'_>]) -> Vec<Vec<u8>> {
    let part = |(number, events): (u32, &[Event<'_>])| {
        let mut writer = SegmentWriter::new(site.span(0), number);
        for event in events {
            writer.push(event).expect("an event of the day");
        }
        writer.finish().expect("a segment").bytes
    };
    (0..).zip(events.chunks(PART_EVENTS)).map(part).collect()
}

fn builder(site: &Site, parts: &[Vec<u8>]) -> DayBuilder {
    let mut builder = DayBuilder::new(site.span(0)).expect("a day");
    for bytes in parts {
        builder.push_segment(bytes).expect("a segment of the day");
    }
    builder
}

fn segments(criterion: &mut Criterion) {
    let site = Site::new(1, EVENTS, 1);
    let events = site.events(0);
    let parts = seal(&site, &events);
    let pushed = builder(&site, &parts);

    let mut group = criterion.benchmark_group("segment");
    group.sample_size(10).throughput(Throughput::Elements(EVENTS as u64));
    group.bench_function("seal", |bencher| bencher.iter(|| seal(&site, black_box(&events))));
    group.bench_function("decode", |bencher| bencher.iter(|| builder(&site, black_box(&parts))));
    group.bench_function("derive", |bencher| bencher.iter(|| black_box(&pushed).build()));
    group.finish();
}

criterion_group!(benches, segments);
criterion_main!(benches);
