//! Dice, and ways to throw them.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// The generator: the same numbers for the same seed on every machine and with every version of `rand`.
pub(super) type Dice = Xoshiro256PlusPlus;

/// Dice of a seed.
pub(super) fn dice(seed: u64) -> Dice {
    Dice::seed_from_u64(seed)
}

/// Things with weights.
#[derive(Clone, Debug)]
pub(super) struct Weighted<T> {
    things: Vec<T>,
    sums: Vec<f64>,
}

impl<T> Weighted<T> {
    /// At least one thing, with weights that are not negative and not all zero.
    pub(super) fn new(pairs: impl IntoIterator<Item = (T, f64)>) -> Self {
        let mut sum = 0.0;
        let (things, sums) = pairs
            .into_iter()
            .map(|(thing, weight)| {
                sum += weight;
                (thing, sum)
            })
            .unzip();
        Self { things, sums }
    }

    /// One of them, by weight.
    pub(super) fn pick(&self, dice: &mut Dice) -> &T {
        let total = self.sums.last().copied().unwrap_or_default();
        let at = dice.random::<f64>() * total;
        let index = self.sums.partition_point(|sum| *sum <= at);
        &self.things[index.min(self.things.len() - 1)]
    }
}

/// One of a list, all alike.
pub(super) fn any<T: Copy>(dice: &mut Dice, list: &[T]) -> T {
    list[dice.random_range(0..list.len())]
}

/// True in `chance` of all cases.
pub(super) fn happens(dice: &mut Dice, chance: f64) -> bool {
    dice.random::<f64>() < chance
}

/// From a bell curve around 0 with deviation 1 (the sum of twelve throws, exact on every machine).
pub(super) fn bell(dice: &mut Dice) -> f64 {
    (0..12).map(|_| dice.random::<f64>()).sum::<f64>() - 6.0
}

/// Positive and skewed as times are: half of all below `median`, few far above it.
pub(super) fn skewed(dice: &mut Dice, median: f64, spread: f64) -> f64 {
    median * (bell(dice) * spread).exp()
}

/// Time until the next of events that come at random, `mean` apart.
pub(super) fn until_next(dice: &mut Dice, mean: f64) -> f64 {
    -mean * (1.0 - dice.random::<f64>()).ln()
}

/// A whole number around `mean`, scattered as counts are.
pub(super) fn count(dice: &mut Dice, mean: f64) -> usize {
    let scattered = mean + bell(dice) * mean.sqrt() * 0.8;
    whole(if mean < 4.0 { mean } else { scattered } + dice.random::<f64>())
}

/// The whole part; 0 for what is negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts and milliseconds far below 2^52")]
pub(super) fn whole(number: f64) -> usize {
    number.max(0.0) as usize
}

/// Milliseconds of a time in seconds.
pub(super) fn millis(seconds: f64) -> i64 {
    i64::try_from(whole(seconds * 1000.0)).unwrap_or(i64::MAX)
}

/// A whole number as a fraction.
#[expect(clippy::cast_precision_loss, reason = "milliseconds and counts are far below 2^52")]
pub(super) fn real(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_kept() {
        let things = Weighted::new([("often", 9.0), ("never", 0.0), ("seldom", 1.0)]);
        let mut dice = dice(1);
        let picks: Vec<&str> = (0..10_000).map(|_| *things.pick(&mut dice)).collect();
        let often = picks.iter().filter(|pick| **pick == "often").count();
        assert!((8_700..9_300).contains(&often), "{often}");
        assert!(!picks.contains(&"never"));
    }

    #[test]
    fn counts_have_their_mean() {
        let mut dice = dice(1);
        for mean in [0.3, 2.5, 30.0] {
            let sum: usize = (0..10_000).map(|_| count(&mut dice, mean)).sum();
            let average = real(i64::try_from(sum).expect("small")) / 10_000.0;
            assert!((average / mean - 1.0).abs() < 0.05, "{average} {mean}");
        }
    }
}
