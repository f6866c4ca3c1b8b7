//! Channels: how visitors came.
//!
//! Rule: definitions live in `data/channels.toml`, where a person can read and change them; this file only applies them,
//! in their order. Click ids are a hint here and are kept nowhere.

use std::fmt;

use regex::Regex;
use serde::Deserialize;

use super::source::{Origin, SourceKind, TableError};

const TABLE: &str = include_str!("../../data/channels.toml");

/// A group of sources by the way people came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub(crate) enum Channel {
    /// No source at all.
    Direct,
    /// Unpaid results of search engines.
    #[serde(rename = "Organic Search")]
    OrganicSearch,
    /// Ads in search engines.
    #[serde(rename = "Paid Search")]
    PaidSearch,
    /// Links in social networks.
    #[serde(rename = "Organic Social")]
    OrganicSocial,
    /// Ads in social networks.
    #[serde(rename = "Paid Social")]
    PaidSocial,
    /// Links below and in videos.
    #[serde(rename = "Organic Video")]
    OrganicVideo,
    /// Ads around videos.
    #[serde(rename = "Paid Video")]
    PaidVideo,
    /// Links in shops.
    #[serde(rename = "Organic Shopping")]
    OrganicShopping,
    /// Ads in shops.
    #[serde(rename = "Paid Shopping")]
    PaidShopping,
    /// Other ads that are paid for.
    #[serde(rename = "Paid Other")]
    PaidOther,
    /// Banners.
    Display,
    /// Campaigns that run across networks.
    #[serde(rename = "Cross-network")]
    CrossNetwork,
    /// Mail and newsletters.
    Email,
    /// Links in the answers of AI assistants.
    #[serde(rename = "AI Assistants")]
    AiAssistants,
    /// Links of partners who are paid for sales.
    Affiliates,
    /// Podcasts and radio.
    Audio,
    /// Text messages.
    #[serde(rename = "SMS")]
    Sms,
    /// Notifications of apps.
    #[serde(rename = "Mobile Push Notifications")]
    MobilePush,
    /// Links on any other site.
    Referral,
}

impl Channel {
    /// The name in the API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "Direct",
            Self::OrganicSearch => "Organic Search",
            Self::PaidSearch => "Paid Search",
            Self::OrganicSocial => "Organic Social",
            Self::PaidSocial => "Paid Social",
            Self::OrganicVideo => "Organic Video",
            Self::PaidVideo => "Paid Video",
            Self::OrganicShopping => "Organic Shopping",
            Self::PaidShopping => "Paid Shopping",
            Self::PaidOther => "Paid Other",
            Self::Display => "Display",
            Self::CrossNetwork => "Cross-network",
            Self::Email => "Email",
            Self::AiAssistants => "AI Assistants",
            Self::Affiliates => "Affiliates",
            Self::Audio => "Audio",
            Self::Sms => "SMS",
            Self::MobilePush => "Mobile Push Notifications",
            Self::Referral => "Referral",
        }
    }

    /// What is stored: the name, but nothing for Direct, as nothing is stored for a missing source. Readers label it.
    pub(crate) fn stored(self) -> &'static str {
        if self == Self::Direct { "" } else { self.as_str() }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a visit's channel is told from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signals<'a> {
    /// The resolved source.
    pub(crate) origin: &'a Origin,
    /// The tag as it was written; blank when there is none.
    pub(crate) tag: &'a str,
    /// `utm_medium`
    pub(crate) medium: &'a str,
    /// `utm_campaign`
    pub(crate) campaign: &'a str,
    /// The pairs of the entry URL's query, for click ids.
    pub(crate) query: &'a [(String, String)],
}

/// The rules of `data/channels.toml`.
pub(crate) struct Channels {
    paid: Text,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    paid: Text,
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    channel: Channel,
    kind: Option<SourceKind>,
    #[serde(default)]
    paid: bool,
    medium: Option<Text>,
    campaign: Option<Text>,
    tag: Option<Text>,
    source: Option<Text>,
    #[serde(default)]
    click_id: Vec<String>,
    #[serde(default)]
    from: Vec<String>,
}

/// A condition on a text in lower case.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Text {
    is: Vec<String>,
    contains: Vec<String>,
    starts: Vec<String>,
    ends: Vec<String>,
    matches: Vec<Pattern>,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Pattern(Regex);

impl TryFrom<String> for Pattern {
    type Error = regex::Error;

    fn try_from(pattern: String) -> Result<Self, Self::Error> {
        Regex::new(&pattern).map(Self)
    }
}

impl Text {
    fn holds(&self, text: &str) -> bool {
        self.is.iter().any(|it| text == it)
            || self.contains.iter().any(|it| text.contains(&**it))
            || self.starts.iter().any(|it| text.starts_with(&**it))
            || self.ends.iter().any(|it| text.ends_with(&**it))
            || self.matches.iter().any(|it| it.0.is_match(text))
    }
}

/// The signals in lower case.
struct Lowered {
    source: String,
    tag: String,
    medium: String,
    campaign: String,
    paid: bool,
}

impl Channels {
    /// The rules of `data/channels.toml`.
    pub(crate) fn embedded() -> Result<Self, TableError> {
        Self::parse(TABLE)
    }

    fn parse(text: &str) -> Result<Self, TableError> {
        let table: Table =
            toml::from_str(text).map_err(|error| TableError { file: "channels.toml", message: error.to_string() })?;
        Ok(Self { paid: table.paid, rules: table.rule })
    }

    /// The channel of a visit.
    pub(crate) fn classify(&self, signals: Signals<'_>) -> Channel {
        let medium = signals.medium.to_lowercase();
        let lowered = Lowered {
            source: signals.origin.source.to_lowercase(),
            tag: signals.tag.to_lowercase(),
            campaign: signals.campaign.to_lowercase(),
            paid: signals.origin.paid || self.paid.holds(&medium),
            medium,
        };
        let rule = self.rules.iter().find(|rule| rule.holds(&lowered, signals));
        match rule {
            Some(rule) => rule.channel,
            None if lowered.source.is_empty() => Channel::Direct,
            None => Channel::Referral,
        }
    }
}

impl Rule {
    fn holds(&self, lowered: &Lowered, signals: Signals<'_>) -> bool {
        let text =
            |condition: &Option<Text>, text: &str| condition.as_ref().is_none_or(|condition| condition.holds(text));
        self.kind.is_none_or(|kind| signals.origin.kind == Some(kind))
            && (!self.paid || lowered.paid)
            && text(&self.medium, &lowered.medium)
            && text(&self.campaign, &lowered.campaign)
            && text(&self.tag, &lowered.tag)
            && text(&self.source, &lowered.source)
            && (self.click_id.is_empty() || self.clicked(&lowered.source, signals.query))
    }

    fn clicked(&self, source: &str, query: &[(String, String)]) -> bool {
        let from = self.from.is_empty() || source.is_empty() || self.from.iter().any(|it| it == source);
        from && query.iter().any(|(key, value)| !value.is_empty() && self.click_id.contains(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::page::{self, Accept};
    use crate::collect::referrer;
    use crate::collect::source::Sources;

    /// The channel of a visit with this query and referrer.
    fn channel(query: &str, referrer: &str) -> Channel {
        let (sources, channels) = (Sources::embedded().unwrap(), Channels::embedded().unwrap());
        let location = page::read(&format!("/?{query}"), Accept::UrlOrPath, false).unwrap();
        let tag = ["utm_source", "source", "ref"].iter().find_map(|name| location.query(name));
        let referrer = referrer::read(referrer, |_| false);
        channels.classify(Signals {
            origin: &sources.origin(tag, referrer.as_ref()),
            tag: tag.unwrap_or_default(),
            medium: location.query("utm_medium").unwrap_or_default(),
            campaign: location.query("utm_campaign").unwrap_or_default(),
            query: &location.query,
        })
    }

    #[test]
    fn channels_by_referrer() {
        for (referrer, expected) in [
            ("", Channel::Direct),
            ("https://www.google.com/", Channel::OrganicSearch),
            ("https://www.google.co.uk/", Channel::OrganicSearch),
            ("https://duckduckgo.com/", Channel::OrganicSearch),
            ("https://search.brave.com/", Channel::OrganicSearch),
            ("android-app://com.google.android.googlequicksearchbox/", Channel::OrganicSearch),
            ("https://t.co/x", Channel::OrganicSocial),
            ("https://news.ycombinator.com/item?id=1", Channel::OrganicSocial),
            ("https://www.reddit.com/r/rust", Channel::OrganicSocial),
            ("https://bsky.app/", Channel::OrganicSocial),
            ("https://www.youtube.com/", Channel::OrganicVideo),
            ("https://www.amazon.de/", Channel::OrganicShopping),
            ("https://mail.google.com/", Channel::Email),
            ("android-app://com.google.android.gm/", Channel::Email),
            ("https://chatgpt.com/", Channel::AiAssistants),
            ("https://www.perplexity.ai/search", Channel::AiAssistants),
            ("https://claude.ai/", Channel::AiAssistants),
            ("https://gemini.google.com/", Channel::AiAssistants),
            ("https://copilot.microsoft.com/", Channel::AiAssistants),
            ("https://en.wikipedia.org/wiki/X", Channel::Referral),
            ("https://example.org/", Channel::Referral),
        ] {
            assert_eq!(channel("", referrer), expected, "{referrer}");
        }
    }

    #[test]
    fn channels_by_tags() {
        for (query, expected) in [
            ("utm_source=google&utm_medium=cpc", Channel::PaidSearch),
            ("utm_source=adwords", Channel::PaidSearch),
            ("utm_source=bing&utm_medium=ppc", Channel::PaidSearch),
            ("utm_source=google", Channel::OrganicSearch),
            ("utm_source=x&utm_medium=organic", Channel::OrganicSocial),
            ("utm_source=partner&utm_medium=organic", Channel::OrganicSearch),
            ("utm_source=facebook&utm_medium=paid", Channel::PaidSocial),
            ("utm_source=fb-ads", Channel::PaidSocial),
            ("utm_source=ig&utm_medium=social", Channel::OrganicSocial),
            ("utm_source=forum&utm_medium=social", Channel::OrganicSocial),
            ("utm_source=youtube&utm_medium=cpv", Channel::PaidVideo),
            ("utm_source=youtube&utm_medium=paid-video", Channel::PaidVideo),
            ("utm_source=somewhere&utm_medium=video", Channel::OrganicVideo),
            ("utm_source=somewhere&utm_medium=banner", Channel::Display),
            ("utm_source=somewhere&utm_medium=cpc", Channel::PaidOther),
            ("utm_source=somewhere&utm_medium=retargeting", Channel::PaidOther),
            ("utm_source=amazon&utm_medium=cpc", Channel::PaidShopping),
            ("utm_source=x&utm_medium=cpc&utm_campaign=summer-shop", Channel::PaidShopping),
            ("utm_source=y&utm_campaign=shopping", Channel::OrganicShopping),
            ("utm_source=y&utm_campaign=workshop", Channel::Referral),
            ("utm_campaign=cross-network", Channel::CrossNetwork),
            ("utm_source=newsletter", Channel::Email),
            ("ref=weekly-newsletter", Channel::Email),
            ("utm_source=x1&utm_medium=E-Mail", Channel::Email),
            ("utm_source=p&utm_medium=affiliate", Channel::Affiliates),
            ("utm_source=p&utm_medium=audio", Channel::Audio),
            ("utm_source=sms", Channel::Sms),
            ("utm_source=p&utm_medium=sms", Channel::Sms),
            ("utm_source=p&utm_medium=web-push", Channel::MobilePush),
            ("utm_source=p&utm_medium=mobile", Channel::MobilePush),
            ("utm_source=p&utm_medium=referral", Channel::Referral),
            ("utm_medium=link", Channel::Referral),
            ("utm_source=chatgpt.com", Channel::AiAssistants),
            ("source=producthunt", Channel::OrganicSocial),
            ("utm_medium=whatever", Channel::Direct),
        ] {
            assert_eq!(channel(query, ""), expected, "{query}");
        }
    }

    #[test]
    fn click_ids_are_hints_of_their_own_network() {
        let google = "https://www.google.com/";
        assert_eq!(channel("gclid=abc", google), Channel::PaidSearch);
        assert_eq!(channel("gclid=", google), Channel::OrganicSearch);
        assert_eq!(channel("gclid=abc", ""), Channel::PaidSearch);
        assert_eq!(channel("gclid=abc", "https://example.org/"), Channel::Referral);
        assert_eq!(channel("msclkid=abc", "https://www.bing.com/"), Channel::PaidSearch);
        assert_eq!(channel("msclkid=abc", google), Channel::OrganicSearch);
        assert_eq!(channel("fbclid=abc", "https://l.facebook.com/"), Channel::OrganicSocial);
        assert_eq!(channel("fbclid=abc", ""), Channel::OrganicSocial);
        assert_eq!(channel("utm_source=newsletter&gclid=abc", ""), Channel::Email);
    }

    #[test]
    fn names_and_the_table_agree() {
        let channels = Channels::embedded().unwrap();
        for rule in &channels.rules {
            #[derive(Deserialize)]
            struct Named {
                channel: Channel,
            }
            let text = format!("channel = \"{}\"", rule.channel);
            assert_eq!(toml::from_str::<Named>(&text).unwrap().channel, rule.channel);
        }
        assert_eq!(Channel::Direct.stored(), "");
        assert_eq!(Channel::Email.stored(), "Email");
    }

    #[test]
    fn table_mistakes_are_named() {
        let error = |text| Channels::parse(text).err().unwrap().to_string();
        assert!(error("[paid]\n[[rule]]\nchannel = \"Nonsense\"").contains("channels.toml"));
        assert!(error("[paid]\n[[rule]]\nchannel = \"Email\"\nmedum = 1").contains("medum"));
        assert!(
            error("[paid]\n[[rule]]\nchannel = \"Email\"\nmedium = { matches = [\"(\"] }").contains("channels.toml")
        );
    }
}
