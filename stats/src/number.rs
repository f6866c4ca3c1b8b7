//! Values of metrics: exact integers and hundredths, rounded half up once, at the end.

use serde::{Serialize, Serializer};

/// A metric's value as it is shown and sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// A whole number: counts, whole percent, whole seconds.
    Whole(i64),
    /// A number with two decimals, in hundredths: 150 is 1.5.
    Hundredths(i64),
    /// Nothing to measure.
    Null,
}

impl Number {
    /// As a float, for charts; `None` for null.
    #[expect(clippy::cast_precision_loss, reason = "shown to people; counts beyond 2⁵³ do not occur")]
    pub fn as_f64(self) -> Option<f64> {
        match self {
            Self::Whole(value) => Some(value as f64),
            Self::Hundredths(value) => Some(value as f64 / 100.0),
            Self::Null => None,
        }
    }

    /// In hundredths, whatever the form; `None` for null.
    pub(crate) fn hundredths(self) -> Option<i64> {
        match self {
            Self::Whole(value) => Some(value.saturating_mul(100)),
            Self::Hundredths(value) => Some(value),
            Self::Null => None,
        }
    }

    pub(crate) fn count(value: u64) -> Self {
        Self::Whole(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(value) => serializer.serialize_i64(*value),
            Self::Hundredths(_) => self.as_f64().serialize(serializer),
            Self::Null => serializer.serialize_none(),
        }
    }
}

/// `numerator × scale ÷ denominator`, rounded half up; `None` when the denominator is 0.
pub(crate) fn ratio(numerator: u64, scale: u64, denominator: u64) -> Option<i64> {
    if denominator == 0 {
        return None;
    }
    let (numerator, scale, denominator) = (u128::from(numerator), u128::from(scale), u128::from(denominator));
    let rounded = (2 * numerator * scale + denominator) / (2 * denominator);
    Some(i64::try_from(rounded).unwrap_or(i64::MAX))
}

/// The change from `previous` to `current` in whole percent of the rounded values, half away from zero. From 0 to n it is
/// 100, from 0 to 0 it is 0, and null if either is null (`query-semantics.md`, "Order, pages, comparison").
pub(crate) fn percent_change(current: Number, previous: Number) -> Number {
    let (Some(current), Some(previous)) = (current.hundredths(), previous.hundredths()) else {
        return Number::Null;
    };
    if previous == 0 {
        return Number::Whole(if current == 0 { 0 } else { 100 });
    }
    let (difference, previous) = (i128::from(current) - i128::from(previous), i128::from(previous).abs());
    let magnitude = (2 * difference.abs() * 100 + previous) / (2 * previous);
    let magnitude = i64::try_from(magnitude).unwrap_or(i64::MAX);
    Number::Whole(if difference < 0 { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_round_half_up() {
        assert_eq!(ratio(1, 100, 3), Some(33));
        assert_eq!(ratio(2, 100, 3), Some(67));
        assert_eq!(ratio(1, 100, 8), Some(13)); // 12.5
        assert_eq!(ratio(1, 100, 0), None);
    }

    #[test]
    fn changes_follow_the_rounded_values() {
        let change = |current, previous| percent_change(Number::Whole(current), Number::Whole(previous));
        assert_eq!(change(3, 2), Number::Whole(50));
        assert_eq!(change(7, 8), Number::Whole(-13)); // −12.5
        assert_eq!(change(5, 0), Number::Whole(100));
        assert_eq!(change(0, 0), Number::Whole(0));
        assert_eq!(change(0, 4), Number::Whole(-100));
        assert_eq!(percent_change(Number::Hundredths(150), Number::Hundredths(100)), Number::Whole(50));
        assert_eq!(percent_change(Number::Null, Number::Whole(1)), Number::Null);
    }

    #[test]
    fn hundredths_are_sent_as_decimals() {
        let text = |number: Number| serde_json::to_string(&number).unwrap_or_default();
        assert_eq!(text(Number::Hundredths(150)), "1.5");
        assert_eq!(text(Number::Hundredths(1234)), "12.34");
        assert_eq!(text(Number::Whole(7)), "7");
        assert_eq!(text(Number::Null), "null");
    }
}
