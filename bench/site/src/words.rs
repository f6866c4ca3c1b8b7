//! What people of the site choose, come from and come with.

use haru_stats::Event;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus as Dice;
use rand_distr::{Distribution, Zipf};

const COUNTRIES: [&str; 16] =
    ["US", "DE", "GB", "FR", "IN", "BR", "JP", "NL", "ES", "IT", "PL", "CA", "AU", "SE", "KR", "CH"];
const BROWSERS: [&str; 4] = ["Chrome", "Safari", "Firefox", "Microsoft Edge"];
const VERSIONS: [&str; 6] = ["131", "130", "129", "18", "17", "132"];
const LANGUAGES: [&str; 5] = ["en-US", "de-DE", "fr-FR", "en-GB", "pt-BR"];
const ACTIONS: [&str; 3] = ["signup", "download", "outbound link"];

/// Words of which the first are the most frequent.
#[derive(Debug)]
struct Ranked {
    words: Vec<String>,
    law: Zipf<f64>,
}

impl Ranked {
    fn new(count: u32, exponent: f64, word: impl Fn(u32) -> String) -> Self {
        let law = Zipf::new(f64::from(count), exponent).expect("a count above zero");
        Self { words: (0..count).map(word).collect(), law }
    }

    fn of(words: &[&str]) -> Self {
        let count = u32::try_from(words.len()).expect("a short list");
        Self::new(count, 1.0, |index| words[index as usize].to_owned())
    }

    fn index(&self, dice: &mut Dice) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 1 to the count"
        )]
        let rank = self.law.sample(dice) as usize;
        rank.clamp(1, self.words.len()) - 1
    }

    fn pick(&self, dice: &mut Dice) -> &str {
        &self.words[self.index(dice)]
    }
}

/// All words of the site.
#[derive(Debug)]
pub(crate) struct Words {
    pages: Ranked,
    referrers: Ranked,
    campaigns: Ranked,
    contents: Ranked,
    terms: Ranked,
    countries: Ranked,
    cities: Ranked,
    /// Of a city: by its index divided by [`CITIES_A_REGION`].
    regions: Vec<String>,
    browsers: Ranked,
    versions: Ranked,
    languages: Ranked,
    props: Ranked,
}

const CITIES: u32 = 2_000;
const CITIES_A_REGION: u32 = 8;

impl Words {
    pub(crate) fn new() -> Self {
        Self {
            pages: Ranked::new(5_000, 1.05, |index| {
                format!("/{}/article-{index}", ["blog", "docs", "guide", "news"][index as usize % 4])
            }),
            referrers: Ranked::new(600, 1.0, |index| format!("site-{index}.example/posts/{index}")),
            campaigns: Ranked::new(40, 1.0, |index| format!("campaign-{index}")),
            contents: Ranked::new(12, 1.0, |index| format!("button-{index}")),
            terms: Ranked::new(150, 1.0, |index| format!("search words {index}")),
            countries: Ranked::of(&COUNTRIES),
            cities: Ranked::new(CITIES, 1.0, |index| (2_600_000 + index * 37).to_string()),
            regions: (0..CITIES / CITIES_A_REGION).map(|index| format!("R{index}")).collect(),
            browsers: Ranked::of(&BROWSERS),
            versions: Ranked::of(&VERSIONS),
            languages: Ranked::of(&LANGUAGES),
            props: Ranked::new(300, 0.8, |index| {
                format!(r#"{{"plan":"{}","seats":{}}}"#, ["free", "pro", "team"][index as usize % 3], index / 3)
            }),
        }
    }

    pub(crate) fn page(&self, dice: &mut Dice) -> &str {
        self.pages.pick(dice)
    }

    /// Name and properties of a custom event.
    pub(crate) fn action(&self, dice: &mut Dice) -> (&'static str, Option<&str>) {
        let props = dice.random_bool(0.6).then(|| self.props.pick(dice));
        (ACTIONS[dice.random_range(0..ACTIONS.len())], props)
    }

    /// What all events of a visitor share.
    pub(crate) fn visitor<'s>(&'s self, dice: &mut Dice) -> Event<'s> {
        let (device, os, os_version, screen) = match dice.random_range(0..20) {
            0..7 => ("Desktop", "Windows", ["10", "11"][dice.random_range(0..2)], "Desktop"),
            7..9 => ("Desktop", "Mac", ["14.6", "15.1", "15.2"][dice.random_range(0..3)], "Laptop"),
            9..10 => ("Tablet", "iOS", ["17.6", "18.0"][dice.random_range(0..2)], "Tablet"),
            10..16 => ("Mobile", "Android", ["13", "14", "15"][dice.random_range(0..3)], "Mobile"),
            _ => ("Mobile", "iOS", ["17.6", "18.0", "18.1"][dice.random_range(0..3)], "Mobile"),
        };
        let city = self.cities.index(dice);
        Event {
            visitor: dice.random(),
            hostname: "example.com",
            country: self.countries.pick(dice),
            region: &self.regions[city / CITIES_A_REGION as usize],
            city: &self.cities.words[city],
            browser: self.browsers.pick(dice),
            browser_version: self.versions.pick(dice),
            os,
            os_version,
            device,
            screen,
            language: self.languages.pick(dice),
            ..Event::default()
        }
    }

    /// A visitor who comes from somewhere.
    pub(crate) fn arrival<'s>(&'s self, dice: &mut Dice, visitor: &Event<'s>) -> Event<'s> {
        if dice.random_bool(0.1) {
            let search = dice.random_bool(0.3);
            return Event {
                source: if search { "Google" } else { "newsletter" },
                channel: if search { "Paid Search" } else { "Email" },
                utm_source: if search { "google" } else { "newsletter" },
                utm_medium: if search { "cpc" } else { "email" },
                utm_campaign: self.campaigns.pick(dice),
                utm_content: self.contents.pick(dice),
                utm_term: if search { self.terms.pick(dice) } else { "" },
                ..*visitor
            };
        }
        let (source, channel, referrer) = match dice.random_range(0..100) {
            0..40 => ("Google", "Organic Search", "google.com"),
            40..70 => ("", "Direct", ""),
            70..80 => ("Twitter", "Organic Social", "t.co"),
            _ => {
                let referrer = self.referrers.pick(dice);
                (referrer.split('/').next().unwrap_or_default(), "Referral", referrer)
            }
        };
        Event { source, channel, referrer, ..*visitor }
    }
}
