//! Small arithmetic of measurements, and how numbers are written.

use std::time::Duration;

/// Latencies of answered requests, sorted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    /// Sorts them.
    pub(crate) fn new(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Self(all)
    }

    /// All of them together.
    pub(crate) fn joined(parts: impl Iterator<Item = Self>) -> Self {
        Self::new(parts.flat_map(|part| part.0).collect())
    }

    /// The latency that so many of a thousand requests stay within (nearest rank).
    pub(crate) fn permille(&self, permille: usize) -> Duration {
        let rank = (self.0.len() * permille).div_ceil(1000).max(1);
        self.0.get(rank - 1).copied().unwrap_or_default()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

/// The middle value; the mean of the two middle ones of an even number.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    match (sorted.len(), sorted.len() / 2) {
        (0, _) => 0.0,
        (length, middle) if length % 2 == 1 => sorted[middle],
        (_, middle) => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// So many in that time, a second.
#[expect(clippy::cast_precision_loss, reason = "counts of one run are far below 2^52")]
pub(crate) fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// `1.234` of a duration: milliseconds.
pub(crate) fn millis(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1000.0)
}

/// `12,345`
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A small generator of numbers that look random (`SplitMix64`): the same for the same seed, enough to vary a load.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// With a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// One below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// An element of a list that is not empty.
    pub(crate) fn of<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        let index = usize::try_from(self.below(list.len() as u64)).unwrap_or_default();
        &list[index]
    }
}

/// Numbers by Zipf's law: 0 twice as often as 1, three times as often as 2.
#[derive(Debug)]
pub(crate) struct Zipf(Vec<u64>);

impl Zipf {
    /// Numbers below `end`.
    pub(crate) fn new(end: usize) -> Self {
        let weights = (1..).take(end).map(|rank: u64| u64::from(u32::MAX) / rank);
        let sums = weights.scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Self(sums.collect())
    }

    /// One of them.
    pub(crate) fn draw(&self, random: &mut Random) -> usize {
        let drawn = random.below(self.0.last().copied().unwrap_or_default());
        self.0.partition_point(|sum| *sum <= drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_by_zipfs_law_is_in_reach_and_skewed() {
        let (zipf, mut random) = (Zipf::new(4), Random::new(7));
        let mut drawn = [0; 4];
        for _ in 0..25_000 {
            drawn[zipf.draw(&mut random)] += 1;
        }
        // 12 : 6 : 4 : 3 of 25.
        for (times, expected) in drawn.into_iter().zip([12_000, 6_000, 4_000, 3_000]) {
            assert!((expected - 500..expected + 500).contains(&times), "{drawn:?}");
        }
        assert_eq!(Zipf::new(1).draw(&mut random), 0);
    }

    #[test]
    fn percentiles_and_medians() {
        let latencies = Latencies::new((1..=200).rev().map(Duration::from_millis).collect());
        assert_eq!(latencies.permille(500), Duration::from_millis(100));
        assert_eq!(latencies.permille(990), Duration::from_millis(198));
        assert_eq!(Latencies::default().permille(990), Duration::ZERO);
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0]) - 2.5).abs() < 1e-9);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
