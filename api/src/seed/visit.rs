//! One visit: from the first page to the last, with what is done on each and how long it is looked at.

use serde_json::{Map, Value, json};

use super::chance::{Dice, Weighted, any, happens, millis, skewed};
use super::origins::{Crowd, Origin};
use super::pages::{Page, PageKind, Pages};
use super::people::{Person, System};
use rand::RngExt;

/// Most pages of a visit.
const PAGES_MAX: usize = 14;
/// Chance to view one more page, once a second has been viewed.
const GOES_ON: f64 = 0.58;

/// What happens at one moment of a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// A page is viewed.
    View,
    /// The page was looked at for so long since it was last told, down to so many percent.
    Engage { engaged_ms: i64, scroll_depth: i64 },
    /// Something of the site's own.
    Custom { name: &'static str, props: Option<Value> },
}

/// A moment of a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Milliseconds since the visit's start.
    pub(super) after_ms: i64,
    pub(super) path: &'static str,
    /// What stands behind the path in the address bar: tags of a campaign, on the first page only.
    pub(super) query: String,
    /// As the browser tells it: on the first page where the visit comes from, then the page before.
    pub(super) referrer: Referrer,
    pub(super) action: Action,
}

/// Where a page was reached from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Referrer {
    /// Another site, or blank.
    Outside(&'static str),
    /// A page of the site itself.
    Inside(&'static str),
}

/// A visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Visit {
    /// When it starts, in milliseconds.
    pub(super) start: i64,
    /// Number of the visitor.
    pub(super) visitor: u64,
    pub(super) person: Person,
    pub(super) steps: Vec<Step>,
}

impl Visit {
    /// When the last thing in it happens.
    pub(super) fn end(&self) -> i64 {
        self.start + self.steps.last().map_or(0, |step| step.after_ms)
    }
}

/// How a visit begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival<'a> {
    pub(super) origin: &'a Origin,
    /// Where a wave leads to; else a page that the crowd arrives at.
    pub(super) page: Option<Page>,
    /// Number of the week, for campaigns.
    pub(super) week: i64,
}

/// What somebody does who arrives like this.
pub(super) fn steps(arrival: &Arrival<'_>, pages: &Pages, person: &Person, dice: &mut Dice) -> Vec<Step> {
    let Arrival { origin, week, .. } = *arrival;
    let mut page = arrival.page.unwrap_or_else(|| arrive(origin.crowd, pages, dice));
    let mut query = any(dice, origin.queries).replace("{week}", &week.to_string());
    let mut referrer = Referrer::Outside(any(dice, origin.referrers));
    let mut steps = Vec::new();
    let mut now = 0;
    let alone = happens(dice, origin.crowd.leaves_at_once());
    for number in 1..=PAGES_MAX {
        let step = |after_ms, action| Step { after_ms, path: page.path, query: query.clone(), referrer, action };
        steps.push(step(now, Action::View));
        let last = if number == 1 { alone } else { !happens(dice, GOES_ON) };
        let look = Look::of(page, alone, dice);
        if let Some(custom) = custom(page, alone, person, dice) {
            let share = 0.3 + dice.random::<f64>() * 0.6;
            steps.push(step(now + millis(look.seconds * share), custom));
        }
        now = look.engage(now, &mut steps, &step, dice);
        if last || number == PAGES_MAX {
            break;
        }
        let next = pages.after(page, dice);
        referrer = Referrer::Inside(page.path);
        query.clear();
        page = next;
        now += dice.random_range(80..900);
    }
    steps.sort_by_key(|step| step.after_ms);
    steps
}

fn arrive(crowd: Crowd, pages: &Pages, dice: &mut Dice) -> Page {
    if crowd == Crowd::Reading && happens(dice, 0.6) {
        return pages.newest();
    }
    pages.pick(*crowd.arrives_at().pick(dice), dice)
}

/// How a page is looked at.
struct Look {
    seconds: f64,
    depth: i64,
}

impl Look {
    fn of(page: Page, alone: bool, dice: &mut Dice) -> Self {
        let (median, spread): (f64, f64) = match page.kind {
            PageKind::Home => (16.0, 0.8),
            PageKind::Hub => (11.0, 0.7),
            PageKind::Post => (62.0, 1.0),
            PageKind::Doc => (44.0, 0.9),
            PageKind::Product => (24.0, 0.8),
        };
        // Who leaves at once has either found it, or seen that it isn't here.
        let glance = alone && happens(dice, 0.5);
        let seconds = skewed(dice, if glance { 6.0 } else { median }, spread).clamp(0.6, 1_200.0);
        let share = (seconds / median / 1.6).min(1.0);
        let depth = (18.0 + 82.0 * share * (0.55 + 0.45 * dice.random::<f64>())).min(100.0);
        let depth = i64::try_from(super::chance::whole(depth / 5.0) * 5).unwrap_or(100);
        Self { seconds, depth }
    }

    /// Adds what the script tells when the page is left: mostly once, sometimes also when the tab was hidden in between.
    /// Answers when it is left.
    fn engage(&self, from: i64, steps: &mut Vec<Step>, step: &impl Fn(i64, Action) -> Step, dice: &mut Dice) -> i64 {
        let total = millis(self.seconds);
        let mut end = from + total;
        let lost = happens(dice, 0.08);
        if total > 20_000 && happens(dice, 0.1) {
            let first = total * dice.random_range(3..8) / 10;
            let away = millis(skewed(dice, 40.0, 1.0).min(900.0));
            let depth = self.depth * 7 / 10;
            steps.push(step(from + first, Action::Engage { engaged_ms: first, scroll_depth: depth }));
            end += away;
            if !lost {
                steps.push(step(end, Action::Engage { engaged_ms: total - first, scroll_depth: self.depth }));
            }
        } else if !lost {
            steps.push(step(end, Action::Engage { engaged_ms: total, scroll_depth: self.depth }));
        }
        end
    }
}

/// What is done on a page beside looking at it, if anything.
fn custom(page: Page, alone: bool, person: &Person, dice: &mut Dice) -> Option<Action> {
    let chance = if alone { 0.25 } else { 1.0 };
    let mut does = |usual: f64| happens(dice, usual * chance);
    match (page.kind, page.path) {
        (_, "/signup") if does(0.34) => {
            let plan = Weighted::new([("free", 0.62), ("pro", 0.3), ("team", 0.08)]);
            let with = Weighted::new([("email", 0.55), ("google", 0.3), ("github", 0.15)]);
            Some(named("signup", [("plan", *plan.pick(dice)), ("method", *with.pick(dice))]))
        }
        (_, "/download" | "/docs/install/mac" | "/docs/install/windows" | "/docs/install/linux") if does(0.38) => {
            let platform = match person.system {
                System::Mac | System::Ios => "mac",
                System::Windows => "windows",
                System::Linux | System::ChromeOs => "linux",
                System::Android => "none",
            };
            let platform = if platform == "none" { any(dice, &["windows", "mac"]) } else { platform };
            Some(named("download", [("platform", platform), ("version", any(dice, &["3.0.1", "3.0.1", "3.1.0-beta"]))]))
        }
        (PageKind::Post, _) if does(0.035) => {
            let link = any(
                dice,
                &[
                    "https://github.com/lumen-photo/lumen",
                    "https://www.youtube.com/@lumen-photo",
                    "https://en.wikipedia.org/wiki/Color_space",
                    "https://sqlite.org/whentouse.html",
                    "https://pixls.us/articles/",
                ],
            );
            Some(named("outbound_link", [("url", link)]))
        }
        (PageKind::Post | PageKind::Hub, _) if does(0.012) => {
            Some(Action::Custom { name: "newsletter_subscribe", props: None })
        }
        (PageKind::Doc, _) if does(0.04) => Some(Action::Custom { name: "docs_search", props: None }),
        _ => None,
    }
}

fn named<const N: usize>(name: &'static str, props: [(&'static str, &'static str); N]) -> Action {
    let props: Map<String, Value> = props.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect();
    Action::Custom { name, props: Some(Value::Object(props)) }
}
