//! The dimensions of the query language, by their names in Plausible's Stats API v2.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::query::limits;

/// Length of a time bucket; boundaries are local to the query's timezone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interval {
    /// A local hour; a repeated one is two buckets, a skipped one none.
    Hour,
    /// A local day of 23 to 25 hours (see [`crate::time::day_start`]).
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

impl Interval {
    /// Every interval, shortest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// `hour`, `day`, `week` or `month`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The interval of that name, exact.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|interval| interval.name() == name)
    }
}

impl Serialize for Interval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a query groups or filters by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// `event:page`
    Page,
    /// `event:hostname`
    Hostname,
    /// `event:name`: `pageview` or the name of a custom event.
    EventName,
    /// `event:props:<key>`
    Property(Box<str>),
    /// `event:goal`. Not built yet: refused.
    Goal,
    /// A `visit:` dimension, the same for all events of a visit.
    Visit(VisitDimension),
    /// `time`: the interval follows from the length of the range (`query-semantics.md`, "Time").
    Time,
    /// `time:hour`, `time:day`, `time:week`, `time:month`
    TimeBy(Interval),
}

/// A dimension of the visit: an attribute of its first event, or of its first or last pageview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the `visit:` name it spells")]
pub enum VisitDimension {
    EntryPage,
    EntryPageHostname,
    ExitPage,
    ExitPageHostname,
    Source,
    Referrer,
    Channel,
    UtmSource,
    UtmMedium,
    UtmCampaign,
    UtmContent,
    UtmTerm,
    Device,
    Browser,
    BrowserVersion,
    Os,
    OsVersion,
    Country,
    Region,
    City,
    CountryName,
    RegionName,
    CityName,
    Language,
    Screen,
}

impl VisitDimension {
    /// Every visit dimension.
    pub const ALL: [Self; 25] = [
        Self::EntryPage,
        Self::EntryPageHostname,
        Self::ExitPage,
        Self::ExitPageHostname,
        Self::Source,
        Self::Referrer,
        Self::Channel,
        Self::UtmSource,
        Self::UtmMedium,
        Self::UtmCampaign,
        Self::UtmContent,
        Self::UtmTerm,
        Self::Device,
        Self::Browser,
        Self::BrowserVersion,
        Self::Os,
        Self::OsVersion,
        Self::Country,
        Self::Region,
        Self::City,
        Self::CountryName,
        Self::RegionName,
        Self::CityName,
        Self::Language,
        Self::Screen,
    ];

    /// The name on the wire, with `visit:`.
    pub fn name(self) -> &'static str {
        match self {
            Self::EntryPage => "visit:entry_page",
            Self::EntryPageHostname => "visit:entry_page_hostname",
            Self::ExitPage => "visit:exit_page",
            Self::ExitPageHostname => "visit:exit_page_hostname",
            Self::Source => "visit:source",
            Self::Referrer => "visit:referrer",
            Self::Channel => "visit:channel",
            Self::UtmSource => "visit:utm_source",
            Self::UtmMedium => "visit:utm_medium",
            Self::UtmCampaign => "visit:utm_campaign",
            Self::UtmContent => "visit:utm_content",
            Self::UtmTerm => "visit:utm_term",
            Self::Device => "visit:device",
            Self::Browser => "visit:browser",
            Self::BrowserVersion => "visit:browser_version",
            Self::Os => "visit:os",
            Self::OsVersion => "visit:os_version",
            Self::Country => "visit:country",
            Self::Region => "visit:region",
            Self::City => "visit:city",
            Self::CountryName => "visit:country_name",
            Self::RegionName => "visit:region_name",
            Self::CityName => "visit:city_name",
            Self::Language => "visit:language",
            Self::Screen => "visit:screen",
        }
    }

    /// Whether it is read from the visit's last pageview.
    pub fn is_of_exit(self) -> bool {
        matches!(self, Self::ExitPage | Self::ExitPageHostname)
    }

    /// Whether it is the entry or the exit page itself.
    pub fn is_entry_or_exit_page(self) -> bool {
        matches!(self, Self::EntryPage | Self::ExitPage)
    }
}

impl Dimension {
    /// The dimension of that name, exact; `event:props:` needs a key, of at most [`limits::PROPERTY_KEY`] characters.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "event:page" => Some(Self::Page),
            "event:hostname" => Some(Self::Hostname),
            "event:name" => Some(Self::EventName),
            "event:goal" => Some(Self::Goal),
            "time" => Some(Self::Time),
            _ => {
                if let Some(key) = name.strip_prefix("event:props:") {
                    let fits = !key.is_empty() && key.chars().count() <= limits::PROPERTY_KEY;
                    return fits.then(|| Self::Property(key.into()));
                }
                if let Some(interval) = name.strip_prefix("time:") {
                    return Interval::from_name(interval).map(Self::TimeBy);
                }
                VisitDimension::ALL.into_iter().find(|dimension| dimension.name() == name).map(Self::Visit)
            }
        }
    }

    /// Every dimension, in the order of the documentation, with `event:props:` of one key.
    pub fn all(property: &str) -> Vec<Self> {
        let mut all = vec![Self::Page, Self::Hostname, Self::EventName, Self::Property(property.into()), Self::Goal];
        all.extend(VisitDimension::ALL.map(Self::Visit));
        all.push(Self::Time);
        all.extend(Interval::ALL.map(Self::TimeBy));
        all
    }

    /// Whether it buckets by time.
    pub fn is_time(&self) -> bool {
        matches!(self, Self::Time | Self::TimeBy(_))
    }

    /// Whether it is an attribute of the event rather than of its visit.
    pub fn is_of_event(&self) -> bool {
        matches!(self, Self::Page | Self::Hostname | Self::EventName | Self::Property(_) | Self::Goal)
    }

    /// What an empty value is called in answers and may be called in filters.
    pub fn blank_label(&self) -> &'static str {
        match self {
            Self::Visit(VisitDimension::Source | VisitDimension::Referrer) => "Direct / None",
            Self::Visit(VisitDimension::Channel) => "Direct",
            Self::Property(_) => "(none)",
            _ => "(not set)",
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page => f.write_str("event:page"),
            Self::Hostname => f.write_str("event:hostname"),
            Self::EventName => f.write_str("event:name"),
            Self::Property(key) => write!(f, "event:props:{key}"),
            Self::Goal => f.write_str("event:goal"),
            Self::Visit(dimension) => f.write_str(dimension.name()),
            Self::Time => f.write_str("time"),
            Self::TimeBy(interval) => write!(f, "time:{}", interval.name()),
        }
    }
}

impl Serialize for Dimension {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<VisitDimension> for Dimension {
    fn from(dimension: VisitDimension) -> Self {
        Self::Visit(dimension)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dimension_is_listed_and_found_by_its_name() {
        let all = Dimension::all("plan");
        for dimension in &all {
            assert_eq!(Dimension::from_name(&dimension.to_string()).as_ref(), Some(dimension));
            // A new kind of dimension does not compile here before somebody has looked at the list.
            let (Dimension::Page
            | Dimension::Hostname
            | Dimension::EventName
            | Dimension::Property(_)
            | Dimension::Goal
            | Dimension::Visit(_)
            | Dimension::Time
            | Dimension::TimeBy(_)) = dimension;
        }
        assert_eq!(all.len(), 5 + VisitDimension::ALL.len() + 1 + Interval::ALL.len());
    }
}
