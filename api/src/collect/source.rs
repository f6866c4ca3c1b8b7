//! Known sources: what a host, an app or a campaign tag is called.
//!
//! Rule: names live in `data/sources.toml`, where a person can read and extend them; this file only looks them up. A
//! tag in the URL beats the referrer; what is not known keeps the name it came with.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::referrer::Referrer;

const TABLE: &str = include_str!("../../data/sources.toml");

/// Labels that stand before a country's top-level domain: `co.uk`, `com.br`.
const SECOND_LEVEL: [&str; 10] = ["co", "com", "org", "net", "gov", "gob", "edu", "or", "ne", "ac"];

/// What kind of place a source is; the tables of `data/sources.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SourceKind {
    /// Search engines.
    Search,
    /// AI assistants.
    Ai,
    /// Social networks, forums, messengers.
    Social,
    /// Places to watch videos.
    Video,
    /// Shops and price comparison.
    Shopping,
    /// Mail providers and senders of newsletters.
    Email,
    /// Known by name only.
    Other,
}

/// A table under `data/` that can't be used: names the file and what is wrong.
#[derive(Debug, thiserror::Error)]
#[error("data/{file}: {message}")]
pub(crate) struct TableError {
    /// The file under `data/`.
    pub(crate) file: &'static str,
    /// What is wrong, with its line.
    pub(crate) message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    hosts: Vec<String>,
    #[serde(default)]
    apps: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    paid: Vec<String>,
}

/// Where a visit came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The known name, else the tag or host as it came; blank when there is none.
    pub(crate) source: String,
    /// The kind of a known source.
    pub(crate) kind: Option<SourceKind>,
    /// The tag says that the visit was paid for: `adwords`.
    pub(crate) paid: bool,
}

/// All known sources.
pub(crate) struct Sources {
    names: Vec<(String, SourceKind)>,
    hosts: HashMap<String, usize>,
    /// `google` for `google.*`.
    stems: HashMap<String, usize>,
    apps: HashMap<String, usize>,
    tags: HashMap<String, (usize, bool)>,
}

impl Sources {
    /// The sources of `data/sources.toml`.
    pub(crate) fn embedded() -> Result<Self, TableError> {
        Self::parse(TABLE)
    }

    fn parse(text: &str) -> Result<Self, TableError> {
        let wrong = |message: String| TableError { file: "sources.toml", message };
        let tables: BTreeMap<SourceKind, BTreeMap<String, Entry>> =
            toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let mut sources = Self {
            names: Vec::new(),
            hosts: HashMap::new(),
            stems: HashMap::new(),
            apps: HashMap::new(),
            tags: HashMap::new(),
        };
        for (kind, entries) in tables {
            for (name, entry) in entries {
                sources.add(name, kind, entry).map_err(wrong)?;
            }
        }
        Ok(sources)
    }

    fn add(&mut self, name: String, kind: SourceKind, entry: Entry) -> Result<(), String> {
        let index = self.names.len();
        let twice = |text: &str| format!("`{text}` is listed twice, the second time under `{name}`");
        for host in entry.hosts {
            let taken = match host.strip_suffix(".*") {
                Some(stem) => self.stems.insert(stem.to_owned(), index),
                None => self.hosts.insert(host.clone(), index),
            };
            if taken.is_some() {
                return Err(twice(&host));
            }
        }
        for app in entry.apps {
            if self.apps.insert(app.clone(), index).is_some() {
                return Err(twice(&app));
            }
        }
        let own = [name.to_lowercase()].into_iter().chain(entry.tags).map(|tag| (tag, false));
        for (tag, paid) in own.chain(entry.paid.into_iter().map(|tag| (tag, true))) {
            if tag != tag.to_lowercase() {
                return Err(format!("the tag `{tag}` must be in lower case"));
            }
            if self.tags.insert(tag.clone(), (index, paid)).is_some() {
                return Err(twice(&tag));
            }
        }
        self.names.push((name, kind));
        Ok(())
    }

    /// The origin of a visit: its tag if it has one, else its referrer.
    pub(crate) fn origin(&self, tag: Option<&str>, referrer: Option<&Referrer>) -> Origin {
        match (tag, referrer) {
            (Some(tag), _) => self.of_tag(tag),
            (None, Some(referrer)) => self.of_referrer(referrer),
            (None, None) => Origin::default(),
        }
    }

    /// The origin that a tag names: `fb`, `Facebook`, `facebook.com`, or something nobody knows.
    pub(crate) fn of_tag(&self, tag: &str) -> Origin {
        let lower = tag.trim().to_lowercase();
        if let Some(&(index, paid)) = self.tags.get(&lower) {
            return Origin { paid, ..self.known(index, tag) };
        }
        let host = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")).unwrap_or(&lower);
        let host = host.split(['/', '?']).next().unwrap_or_default();
        let host = host.strip_prefix("www.").unwrap_or(host);
        match self.find_host(host) {
            Some(index) => self.known(index, tag),
            None => Origin { source: tag.trim().to_owned(), ..Origin::default() },
        }
    }

    fn of_referrer(&self, referrer: &Referrer) -> Origin {
        let found = match referrer {
            Referrer::Web { host, .. } => self.find_host(host),
            Referrer::App { package, .. } => self.apps.get(package).copied(),
        };
        match found {
            Some(index) => self.known(index, ""),
            None => Origin { source: referrer.site(), ..Origin::default() },
        }
    }

    fn known(&self, index: usize, otherwise: &str) -> Origin {
        match self.names.get(index) {
            Some((name, kind)) => Origin { source: name.clone(), kind: Some(*kind), paid: false },
            None => Origin { source: otherwise.to_owned(), ..Origin::default() },
        }
    }

    /// The longest part of a host that is known.
    fn find_host(&self, host: &str) -> Option<usize> {
        let mut rest = host;
        loop {
            let stem = || stems(rest).find_map(|stem| self.stems.get(stem));
            if let Some(&index) = self.hosts.get(rest).or_else(stem) {
                return Some(index);
            }
            rest = rest.split_once('.')?.1;
        }
    }
}

/// A host without its top-level domain, for each way to read it: `google.co.uk` is `google.co` and `google`.
fn stems(host: &str) -> impl Iterator<Item = &str> {
    let one = host
        .rsplit_once('.')
        .filter(|(_, top)| (2..=24).contains(&top.len()) && top.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
    let two = one
        .filter(|(_, top)| top.len() == 2)
        .and_then(|(rest, _)| rest.rsplit_once('.').filter(|(_, second)| SECOND_LEVEL.contains(second)));
    [one, two].into_iter().flatten().map(|(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Sources {
        Sources::embedded().unwrap()
    }

    fn web(host: &str) -> String {
        let referrer = Referrer::Web { host: host.into(), path: String::new() };
        sources().origin(None, Some(&referrer)).source
    }

    #[test]
    fn sources_are_many_and_each_kind_has_some() {
        let sources = sources();
        assert!(sources.names.len() >= 250, "{}", sources.names.len());
        for kind in [SourceKind::Search, SourceKind::Ai, SourceKind::Video, SourceKind::Email] {
            assert!(sources.names.iter().filter(|(_, k)| *k == kind).count() >= 15, "{kind:?}");
        }
    }

    #[test]
    fn sources_by_host() {
        let sources = sources();
        for (host, name) in [
            ("google.com", "Google"),
            ("google.co.uk", "Google"),
            ("google.com.br", "Google"),
            ("images.google.de", "Google"),
            ("mail.google.com", "Gmail"),
            ("gemini.google.com", "Google Gemini"),
            ("docs.google.com", "Google Docs"),
            ("scholar.google.co.jp", "Google Scholar"),
            ("bing.com", "Bing"),
            ("cn.bing.com", "Bing"),
            ("search.yahoo.com", "Yahoo!"),
            ("search.yahoo.co.jp", "Yahoo!"),
            ("mail.yahoo.com", "Yahoo! Mail"),
            ("duckduckgo.com", "DuckDuckGo"),
            ("html.duckduckgo.com", "DuckDuckGo"),
            ("yandex.ru", "Yandex"),
            ("ya.ru", "Yandex"),
            ("search.brave.com", "Brave"),
            ("t.co", "Twitter"),
            ("x.com", "Twitter"),
            ("lnkd.in", "LinkedIn"),
            ("out.reddit.com", "Reddit"),
            ("l.facebook.com", "Facebook"),
            ("lm.facebook.com", "Facebook"),
            ("l.instagram.com", "Instagram"),
            ("news.ycombinator.com", "Hacker News"),
            ("m.youtube.com", "Youtube"),
            ("youtu.be", "Youtube"),
            ("chatgpt.com", "ChatGPT"),
            ("chat.openai.com", "ChatGPT"),
            ("perplexity.ai", "Perplexity"),
            ("claude.ai", "Claude"),
            ("copilot.microsoft.com", "Copilot"),
            ("bsky.app", "Bluesky"),
            ("mastodon.social", "Mastodon"),
            ("lemmy.world", "Lemmy"),
            ("de.m.wikipedia.org", "Wikipedia"),
            ("amazon.co.jp", "Amazon"),
            ("somebody.substack.com", "Substack"),
            ("example.org", "example.org"),
            ("google.com.evil.com", "google.com.evil.com"),
            ("notgoogle.com", "notgoogle.com"),
            ("evilx.com", "evilx.com"),
            ("192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(web(host), name, "{host}");
        }
        let app = Referrer::App { package: "com.google.android.gm".into(), path: String::new() };
        assert_eq!(sources.origin(None, Some(&app)).source, "Gmail");
        let app = Referrer::App { package: "org.example.reader".into(), path: String::new() };
        assert_eq!(sources.origin(None, Some(&app)).source, "android-app://org.example.reader");
    }

    #[test]
    fn sources_by_tag() {
        let sources = sources();
        for (tag, name, paid) in [
            ("google", "Google", false),
            ("GOOGLE", "Google", false),
            ("adwords", "Google", true),
            ("fb", "Facebook", false),
            ("facebook_ads", "Facebook", true),
            ("ig", "Instagram", false),
            ("twitter", "Twitter", false),
            ("x.com", "Twitter", false),
            ("chatgpt.com", "ChatGPT", false),
            ("www.producthunt.com", "Product Hunt", false),
            ("producthunt", "Product Hunt", false),
            ("https://news.ycombinator.com/item?id=1", "Hacker News", false),
            ("Spring Newsletter", "Spring Newsletter", false),
        ] {
            let origin = sources.of_tag(tag);
            assert_eq!((&*origin.source, origin.paid), (name, paid), "{tag}");
        }
        let referrer = Referrer::Web { host: "bing.com".into(), path: String::new() };
        assert_eq!(sources.origin(Some("google"), Some(&referrer)).source, "Google");
    }

    #[test]
    fn sources_table_mistakes_are_named() {
        let error = |text| Sources::parse(text).err().unwrap().to_string();
        assert!(
            error("[search]\nA = { hosts = ['a.com'] }\nB = { hosts = ['a.com'] }").contains("`a.com` is listed twice")
        );
        assert!(error("[search]\nA = { hosts = [], tags = ['X'] }").contains("lower case"));
        assert!(error("[nonsense]\n").contains("sources.toml"));
        assert!(error("[search]\nA = { host = [] }").contains("host"));
    }
}
