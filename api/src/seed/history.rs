//! The history of the demo site, visit by visit, hour by hour.

use chrono_tz::Tz;
use rand::RngExt;

use super::chance::{self, Dice, Weighted, dice, happens, real};
use super::origins::{DIRECT, Origin, origins};
use super::pages::{Page, PageKind, Pages};
use super::people::{People, Person, days_between};
use super::rhythm::{self, HOUR_MS, Wave};
use super::visit::{Action, Arrival, Visit, steps};

/// Visits looked at to learn how many events one has.
const SAMPLE: u32 = 4_000;
/// A little more than was asked for, since waves bring people who leave soon.
const MARGIN: f64 = 1.06;
/// Chance that a visit is somebody's second of the day.
const COMES_BACK: f64 = 0.09;
/// A visit ends after so long without an event, so a second one starts later.
const GAP_MS: i64 = 45 * 60_000;

/// What history is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// The same seed gives the same history.
    pub(crate) seed: u64,
    /// Pageviews and custom events, at least; engagement comes on top.
    pub(crate) events: u32,
    /// Days that it spans.
    pub(crate) days: u32,
    /// When it ends: nothing in it is later.
    pub(crate) end: i64,
    /// The site's timezone.
    pub(crate) zone: Tz,
}

impl Plan {
    /// When it starts.
    pub(crate) fn start(&self) -> i64 {
        self.end - i64::from(self.days) * 24 * HOUR_MS
    }

    fn progress(&self, instant: i64) -> f64 {
        real(instant - self.start()) / real((self.end - self.start()).max(1))
    }
}

/// Somebody who may come back the same day.
#[derive(Clone, Debug)]
struct Known {
    visitor: u64,
    person: Person,
    left: i64,
}

/// Imagines visits; the hours of a [`Plan`] one after the other.
#[derive(Debug)]
pub(crate) struct History {
    plan: Plan,
    dice: Dice,
    people: People,
    origins: Weighted<Origin>,
    waves: Vec<(i64, Wave)>,
    /// Visits for one unit of [`rhythm::level`].
    visits_a_level: f64,
    total_visits: f64,
    hour: i64,
    visitors: u64,
    known: Vec<Known>,
}

impl History {
    pub(crate) fn new(plan: Plan) -> Self {
        let mut history = Self {
            plan,
            dice: dice(plan.seed),
            people: People::new(),
            origins: origins(),
            waves: rhythm::waves().into_iter().map(|wave| (wave.start(plan.start(), plan.end), wave)).collect(),
            visits_a_level: 0.0,
            total_visits: 0.0,
            hour: plan.start(),
            visitors: 0,
            known: Vec::new(),
        };
        history.total_visits = f64::from(plan.events) * MARGIN / history.events_a_visit();
        let hours = (0..i64::from(plan.days) * 24).map(|hour| plan.start() + hour * HOUR_MS);
        let levels: f64 = hours.map(|hour| rhythm::level(hour, plan.zone, plan.progress(hour))).sum();
        let in_waves: f64 = history.waves.iter().map(|(_, wave)| wave.size).sum();
        history.visits_a_level = history.total_visits * (1.0 - in_waves) / levels.max(f64::MIN_POSITIVE);
        history
    }

    /// Visits that start in the next hour; `None` when the end is reached. Steps later than the end are still in them.
    pub(super) fn next_hour(&mut self) -> Option<Vec<Visit>> {
        let hour = self.hour;
        if hour >= self.plan.end {
            return None;
        }
        self.hour += HOUR_MS;
        let length = HOUR_MS.min(self.plan.end - hour);
        let whole = real(length) / real(HOUR_MS);
        let progress = self.plan.progress(hour);
        let pages = Pages::at(progress, f64::from(self.plan.days));
        self.known.retain(|known| known.left > hour - 10 * HOUR_MS);

        let level = rhythm::level(hour, self.plan.zone, progress) * self.visits_a_level;
        let weather = 1.0 + 0.06 * chance::bell(&mut self.dice);
        let mut visits = Vec::new();
        for _ in 0..chance::count(&mut self.dice, level * whole * weather.max(0.3)) {
            let origin = *self.origins.pick(&mut self.dice);
            visits.push(self.visit(hour, length, &pages, &origin, None));
        }
        for (start, wave) in self.waves.clone() {
            let expected = self.total_visits * wave.size * wave.share(real(hour - start) / real(HOUR_MS));
            if expected * whole < 0.2 {
                continue;
            }
            let kind = if wave.page == "/" { PageKind::Home } else { PageKind::Post };
            for _ in 0..chance::count(&mut self.dice, expected * whole) {
                visits.push(self.visit(hour, length, &pages, &wave.origin, Some(Page { path: wave.page, kind })));
            }
        }
        Some(visits)
    }

    /// A visit that starts now, of a visitor who has not been here before.
    pub(super) fn visit_now(&mut self, now: i64) -> Visit {
        let origin = *self.origins.pick(&mut self.dice);
        let pages = Pages::at(1.0, f64::from(self.plan.days));
        self.known.clear();
        self.visit(now, 1, &pages, &origin, None)
    }

    fn visit(&mut self, from: i64, length: i64, pages: &Pages, origin: &Origin, page: Option<Page>) -> Visit {
        let start = from + self.dice.random_range(0..length.max(1));
        let back =
            if page.is_none() && happens(&mut self.dice, COMES_BACK) { self.somebody_known(start) } else { None };
        let origin = if back.is_some() && happens(&mut self.dice, 0.6) { DIRECT } else { *origin };
        let (visitor, person) = if let Some(known) = back {
            (known.visitor, known.person)
        } else {
            self.visitors += 1;
            let days_ago = days_between(start, self.plan.end).max(0.0);
            (self.visitors, self.people.meet(origin.crowd, start.div_euclid(HOUR_MS), days_ago, &mut self.dice))
        };
        let week = start.div_euclid(7 * 24 * HOUR_MS) - 2_900;
        let steps = steps(&Arrival { origin: &origin, page, week }, pages, &person, &mut self.dice);
        let visit = Visit { start, visitor, person, steps };
        self.known.push(Known { visitor, person: visit.person.clone(), left: visit.end() });
        visit
    }

    fn somebody_known(&mut self, now: i64) -> Option<Known> {
        if self.known.is_empty() {
            return None;
        }
        let index = self.dice.random_range(0..self.known.len());
        (self.known[index].left + GAP_MS < now).then(|| self.known.swap_remove(index))
    }

    /// Pageviews and custom events of an average visit, out of a sample that leaves the history's own dice alone.
    fn events_a_visit(&self) -> f64 {
        let mut dice = dice(self.plan.seed ^ 0x5EED);
        let pages = Pages::at(0.5, f64::from(self.plan.days));
        let mut events = 0_u32;
        for number in 0..SAMPLE {
            let origin = *self.origins.pick(&mut dice);
            let person = self.people.meet(origin.crowd, i64::from(number), 0.0, &mut dice);
            let steps = steps(&Arrival { origin: &origin, page: None, week: 1 }, &pages, &person, &mut dice);
            let counted = steps.iter().filter(|step| !matches!(step.action, Action::Engage { .. })).count();
            events += u32::try_from(counted).unwrap_or_default();
        }
        f64::from(events) / f64::from(SAMPLE)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const END: i64 = 1_795_500_000_000;

    fn plan(seed: u64) -> Plan {
        Plan { seed, events: 30_000, days: 60, end: END, zone: chrono_tz::Europe::Berlin }
    }

    fn visits(seed: u64) -> Vec<Visit> {
        let mut history = History::new(plan(seed));
        std::iter::from_fn(|| history.next_hour()).flatten().collect()
    }

    fn views(visit: &Visit) -> usize {
        visit.steps.iter().filter(|step| step.action == Action::View).count()
    }

    fn share(part: usize, whole: usize) -> f64 {
        real(i64::try_from(part).expect("small")) / real(i64::try_from(whole).expect("small"))
    }

    #[test]
    fn a_seed_gives_one_history() {
        assert_eq!(visits(7), visits(7));
        assert_ne!(visits(7).first(), visits(8).first());
    }

    #[test]
    fn there_are_as_many_events_as_asked_for_within_the_span() {
        let visits = visits(1);
        let counted = |visit: &Visit| {
            let steps = visit.steps.iter().filter(|step| visit.start + step.after_ms <= END);
            steps.filter(|step| !matches!(step.action, Action::Engage { .. })).count()
        };
        let events: usize = visits.iter().map(counted).sum();
        assert!((30_000..34_000).contains(&events), "{events}");
        assert!(visits.iter().all(|visit| (plan(1).start()..END).contains(&visit.start)));
    }

    #[test]
    fn visits_look_like_those_of_people() {
        let visits = visits(1);
        let acts = |visit: &Visit| visit.steps.iter().any(|step| matches!(step.action, Action::Custom { .. }));
        let bounces = visits.iter().filter(|visit| views(visit) == 1 && !acts(visit)).count();
        let bounce_rate = share(bounces, visits.len());
        assert!((0.4..0.5).contains(&bounce_rate), "bounce rate {bounce_rate}");
        let seconds: i64 = visits.iter().map(|visit| (visit.end() - visit.start) / 1000).sum();
        let duration = real(seconds) / real(i64::try_from(visits.len()).expect("small"));
        assert!((60.0..240.0).contains(&duration), "visit duration {duration}");
        let pages: BTreeSet<&str> = visits.iter().flat_map(|visit| visit.steps.iter().map(|step| step.path)).collect();
        assert!(pages.len() > 145, "{} pages", pages.len());
        let countries: BTreeSet<&str> = visits.iter().map(|visit| visit.person.country).collect();
        assert!(countries.len() > 40, "{} countries", countries.len());
        let visitors: BTreeSet<u64> = visits.iter().map(|visit| visit.visitor).collect();
        assert!((0.9..0.99).contains(&share(visitors.len(), visits.len())), "{} visitors", visitors.len());
    }

    #[test]
    fn there_is_a_day_that_stands_out() {
        let mut days = vec![0_usize; 61];
        for visit in visits(1) {
            days[usize::try_from((visit.start - plan(1).start()) / (24 * HOUR_MS)).expect("a day")] += 1;
        }
        let mut sorted = days.clone();
        sorted.sort_unstable();
        assert!(sorted[60] > 3 * sorted[30], "{days:?}");
    }
}
