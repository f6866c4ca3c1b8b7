//! Who is not a person, by user agent.
//!
//! Rule: a verdict comes from maintained lists (npm `isbot` and `crawler-user-agents`, made into `assets/bots.json` by
//! `data/make-lists.mjs`) plus the few HTTP libraries and headless browsers below. A request without user agent is a
//! bot as well: browsers always send one.

use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use serde::Deserialize;

/// Programs that fetch pages for nobody in particular, whatever the lists say of them. In any case of letters.
const ALWAYS: [&str; 24] = [
    r"^(?:curl|wget|fetch|lwp|libwww|ruby|faraday|perl|guzzle|java|dart|deno|bun|axios|got|undici|hackney|vegeta|k6|oha|hey|wrk|ab)\b",
    r"\b(?:python|aiohttp|urllib|httpx)\b",
    "python-requests",
    "go-http-client",
    "apache-httpclient",
    "okhttp",
    "node-fetch",
    "reqwest/",
    "libwww-perl",
    "httpie/",
    "insomnia/",
    "postmanruntime",
    "headlesschrome",
    "headless",
    "phantomjs",
    "puppeteer",
    "playwright",
    "selenium",
    "webdriver",
    "slimerjs",
    "cypress/",
    "chrome-lighthouse",
    "googleother",
    "facebookexternalhit",
];

/// The shape of `assets/bots.json`.
#[derive(Deserialize)]
struct Lists {
    any_case: Vec<String>,
    exact_case: Vec<String>,
    guarded: Vec<Guarded>,
}

/// A pattern that counts only where certain text does not stand right before or after it.
#[derive(Deserialize)]
struct Guarded {
    body: String,
    not_before: Option<String>,
    not_after: Option<String>,
}

/// The compiled lists. A pattern that is no regular expression here is left out: lists are updated without looking at
/// each line of them, and one odd line is no reason to stop counting. A test says when it happens.
pub(super) struct Bots {
    any_case: RegexSet,
    exact_case: RegexSet,
    guards: Vec<Guard>,
}

struct Guard {
    body: Regex,
    not_before: Option<Regex>,
    not_after: Option<Regex>,
}

/// Why the lists can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BotsError {
    /// Not the JSON that `data/make-lists.mjs` writes.
    #[error("the list of bots can't be read: {0}")]
    Json(#[from] serde_json::Error),
    /// The patterns are too large together.
    #[error("the list of bots can't be used: {0}")]
    Size(#[from] regex::Error),
}

impl Bots {
    /// Compiles the lists out of `assets/bots.json`.
    pub(super) fn load(json: &[u8]) -> Result<Self, BotsError> {
        let lists: Lists = serde_json::from_slice(json)?;
        let any_case = lists.any_case.iter().map(String::as_str).chain(ALWAYS);
        Ok(Self {
            any_case: set(any_case, true)?,
            exact_case: set(lists.exact_case.iter().map(String::as_str), false)?,
            guards: lists.guarded.iter().filter_map(|rule| Guard::new(rule).ok()).collect(),
        })
    }

    /// Whether a program that is no one's browser calls itself this.
    pub(super) fn is_bot(&self, user_agent: &str) -> bool {
        let agent = user_agent.trim().as_bytes();
        agent.is_empty()
            || self.any_case.is_match(agent)
            || self.guards.iter().any(|guard| guard.is_match(agent))
            || self.exact_case.is_match(agent)
    }
}

impl Guard {
    fn new(rule: &Guarded) -> Result<Self, regex::Error> {
        let anchored = |pattern: &Option<String>, before: &str, after: &str| {
            pattern.as_ref().map(|p| regex(&format!("{before}(?:{p}){after}"))).transpose()
        };
        Ok(Self {
            body: regex(&rule.body)?,
            not_before: anchored(&rule.not_before, "", "$")?,
            not_after: anchored(&rule.not_after, "^", "")?,
        })
    }

    fn is_match(&self, agent: &[u8]) -> bool {
        self.body.find_iter(agent).any(|found| {
            let (before, rest) = agent.split_at(found.start());
            let after = rest.get(found.len()..).unwrap_or_default();
            !self.not_before.as_ref().is_some_and(|guard| guard.is_match(before))
                && !self.not_after.as_ref().is_some_and(|guard| guard.is_match(after))
        })
    }
}

// The lists are written for ASCII; classes such as \w over all of Unicode would only cost memory.

fn regex(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).unicode(false).build()
}

fn set<'p>(patterns: impl Iterator<Item = &'p str>, any_case: bool) -> Result<RegexSet, regex::Error> {
    let valid = patterns.filter(|pattern| regex(pattern).is_ok());
    RegexSetBuilder::new(valid).case_insensitive(any_case).unicode(false).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::tests::agents::{BOTS, PEOPLE};

    const LISTS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/bots.json"));

    fn bots() -> Bots {
        Bots::load(LISTS).unwrap()
    }

    #[test]
    fn ordinary_browsers_are_people() {
        let bots = bots();
        for agent in PEOPLE {
            assert!(!bots.is_bot(agent), "{agent}");
        }
    }

    #[test]
    fn crawlers_libraries_and_headless_browsers_are_not() {
        let bots = bots();
        for agent in BOTS {
            assert!(bots.is_bot(agent), "{agent}");
        }
        assert!(bots.is_bot(""));
        assert!(bots.is_bot("  "));
    }

    #[test]
    fn look_arounds_are_checked_beside_the_match() {
        let guard = Guard::new(&Guarded {
            body: "google".into(),
            not_before: Some(" channel/|google/".into()),
            not_after: Some("(?:wv|app)".into()),
        })
        .unwrap();
        assert!(guard.is_match(b"Google crawler"));
        assert!(!guard.is_match(b"GoogleApp/1"));
        assert!(!guard.is_match(b"x channel/google y"));
        assert!(guard.is_match(b"GoogleApp/1 google"), "one match that counts is enough");
    }

    #[test]
    fn no_pattern_of_the_lists_is_left_out() {
        let lists: Lists = serde_json::from_slice(LISTS).unwrap();
        let patterns = lists.any_case.iter().chain(&lists.exact_case).map(String::as_str);
        for pattern in patterns.chain(ALWAYS) {
            assert!(regex(pattern).is_ok(), "{pattern}");
        }
        assert!(lists.guarded.iter().all(|rule| Guard::new(rule).is_ok()));
        assert!(lists.any_case.len() > 150 && lists.exact_case.len() > 10, "the lists are short");
    }

    #[test]
    fn one_odd_pattern_does_not_stop_the_others() {
        assert!(Bots::load(b"{}").is_err());
        let bots = Bots::load(br#"{"any_case":["(","odd"],"exact_case":[],"guarded":[]}"#).unwrap();
        assert!(bots.is_bot("an odd one"));
    }
}
