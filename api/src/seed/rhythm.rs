//! When people come: hours of the day, days of the week, slow growth, and waves that roll in when somebody posts a link.

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;

use super::origins::{HACKER_NEWS, NEWSLETTER, Origin, PRODUCT_HUNT, REDDIT};
use super::pages::{FRESH_POSTS, published};

/// An hour.
pub(super) const HOUR_MS: i64 = 3_600_000;

/// Visits by local hour, 1 being busy.
const HOURS: [f64; 24] = [
    0.34, 0.24, 0.18, 0.16, 0.18, 0.26, 0.44, 0.7, 0.96, 1.12, 1.2, 1.2, 1.08, 1.1, 1.2, 1.22, 1.16, 1.06, 0.98, 0.96,
    0.98, 0.9, 0.72, 0.5,
];

/// Visits by day of the week, from Monday.
const WEEKDAYS: [f64; 7] = [1.08, 1.13, 1.1, 1.06, 0.94, 0.66, 0.73];

/// How busy an hour of the day is; the hour may lie beyond midnight on either side.
pub(super) fn activity(hour: i64) -> f64 {
    HOURS[usize::try_from(hour.rem_euclid(24)).unwrap_or_default()]
}

/// How many come in the hour at an instant, at `progress` (0 to 1) of the history; on a scale of its own.
pub(super) fn level(instant: i64, zone: Tz, progress: f64) -> f64 {
    let local = DateTime::from_timestamp_millis(instant).unwrap_or_default().with_timezone(&zone);
    let weekday = WEEKDAYS[usize::try_from(local.weekday().num_days_from_monday()).unwrap_or_default()];
    activity(i64::from(local.hour())) * weekday * (0.82 + 0.36 * progress)
}

/// Many people in a short time, from one place to one page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wave {
    pub(super) origin: Origin,
    pub(super) page: &'static str,
    /// When it starts, as a share of the history.
    from: f64,
    /// How large it is, as a share of all visits.
    pub(super) size: f64,
    /// Hours after which it has fallen to a third.
    hours: f64,
}

impl Wave {
    /// The share of the wave that comes in the hour that begins so many hours after its start.
    pub(super) fn share(&self, hours_after: f64) -> f64 {
        if hours_after < -1.0 {
            return 0.0;
        }
        let until = |hours: f64| 1.0 - (-hours.max(0.0) / self.hours).exp();
        until(hours_after + 1.0) - until(hours_after)
    }

    /// When it starts, in milliseconds, in a history that spans `start` to `end`: at about the local hour when such things
    /// happen, the afternoon in Europe and the morning in America.
    pub(super) fn start(&self, start: i64, end: i64) -> i64 {
        let days = super::people::days_between(start, end);
        let day = super::chance::whole(days * self.from);
        let first_midnight = start - start.rem_euclid(24 * HOUR_MS);
        first_midnight + i64::try_from(day).unwrap_or_default() * 24 * HOUR_MS + 14 * HOUR_MS
    }
}

/// The waves of a history: a front page, a launch, a thread, and the newsletter with each new post.
pub(super) fn waves() -> Vec<Wave> {
    let mut waves = vec![
        Wave { origin: REDDIT, page: "/blog/best-free-raw-editors", from: 0.27, size: 0.018, hours: 9.0 },
        Wave { origin: HACKER_NEWS, page: FRESH_POSTS[3], from: 0.46, size: 0.055, hours: 7.0 },
        Wave { origin: HACKER_NEWS, page: FRESH_POSTS[6], from: 0.74, size: 0.03, hours: 6.0 },
        Wave { origin: PRODUCT_HUNT, page: "/", from: 0.87, size: 0.02, hours: 10.0 },
    ];
    waves.extend((0_u32..).zip(FRESH_POSTS).map(|(index, page)| Wave {
        origin: NEWSLETTER,
        page,
        from: published(index) + 0.01,
        size: 0.005,
        hours: 8.0,
    }));
    waves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_comes_whole_and_not_before_its_time() {
        for wave in waves() {
            let total: f64 = (-5..200).map(|hour| wave.share(f64::from(hour))).sum();
            assert!((total - 1.0).abs() < 1e-6, "{total}");
            assert!(wave.share(-2.0).abs() < 1e-9);
        }
    }

    #[test]
    fn nights_and_weekends_are_calm() {
        let at = |text: &str| {
            let instant = text.parse::<DateTime<chrono::Utc>>().expect("an instant").timestamp_millis();
            level(instant, chrono_tz::Europe::Berlin, 0.5)
        };
        assert!(at("2026-11-17T14:00:00Z") > 4.0 * at("2026-11-17T02:00:00Z"));
        assert!(at("2026-11-17T14:00:00Z") > 1.4 * at("2026-11-21T14:00:00Z"));
    }
}
