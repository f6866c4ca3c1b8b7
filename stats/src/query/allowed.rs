//! What may be asked: everything, or the part of it that is shown to the public. Pure, and checked where a question is
//! planned, so that every way of asking has the same bounds.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{Filter, OrderKey, Query};
use crate::dimension::{Dimension, VisitDimension};
use crate::error::QueryError;
use crate::metric::Metric;
use crate::time::{Range, Span, add_days, date_of, day_start};

/// A ranking of the dashboard, or the five of campaigns, that can be shown or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the word it spells")]
pub enum PanelName {
    Pages,
    EntryPages,
    ExitPages,
    Sources,
    Referrers,
    Channels,
    Campaigns,
    Countries,
    Regions,
    Cities,
    Languages,
    Browsers,
    Os,
    Devices,
    Screens,
    Events,
}

impl PanelName {
    /// Every name, in the order in which they are told.
    pub const ALL: [Self; 16] = [
        Self::Pages,
        Self::EntryPages,
        Self::ExitPages,
        Self::Sources,
        Self::Referrers,
        Self::Channels,
        Self::Campaigns,
        Self::Countries,
        Self::Regions,
        Self::Cities,
        Self::Languages,
        Self::Browsers,
        Self::Os,
        Self::Devices,
        Self::Screens,
        Self::Events,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::EntryPages => "entry_pages",
            Self::ExitPages => "exit_pages",
            Self::Sources => "sources",
            Self::Referrers => "referrers",
            Self::Channels => "channels",
            Self::Campaigns => "campaigns",
            Self::Countries => "countries",
            Self::Regions => "regions",
            Self::Cities => "cities",
            Self::Languages => "languages",
            Self::Browsers => "browsers",
            Self::Os => "os",
            Self::Devices => "devices",
            Self::Screens => "screens",
            Self::Events => "events",
        }
    }

    /// The one of that word, exact.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|panel| panel.name() == name)
    }

    /// The panel that shows the values of a dimension. What no panel shows (hostnames, versions, …) is in none, and what is
    /// finer has a panel of its own: who lets the public see countries has not said that it may see cities.
    pub fn of(dimension: &Dimension) -> Option<Self> {
        match dimension {
            Dimension::Page => Some(Self::Pages),
            Dimension::EventName | Dimension::Goal => Some(Self::Events),
            Dimension::Visit(visit) => match visit {
                VisitDimension::EntryPage => Some(Self::EntryPages),
                VisitDimension::ExitPage => Some(Self::ExitPages),
                VisitDimension::Source => Some(Self::Sources),
                VisitDimension::Referrer => Some(Self::Referrers),
                VisitDimension::Channel => Some(Self::Channels),
                VisitDimension::UtmSource
                | VisitDimension::UtmMedium
                | VisitDimension::UtmCampaign
                | VisitDimension::UtmContent
                | VisitDimension::UtmTerm => Some(Self::Campaigns),
                VisitDimension::Device => Some(Self::Devices),
                VisitDimension::Browser => Some(Self::Browsers),
                VisitDimension::Os => Some(Self::Os),
                VisitDimension::Screen => Some(Self::Screens),
                VisitDimension::Country | VisitDimension::CountryName => Some(Self::Countries),
                VisitDimension::Region | VisitDimension::RegionName => Some(Self::Regions),
                VisitDimension::City | VisitDimension::CityName => Some(Self::Cities),
                VisitDimension::Language => Some(Self::Languages),
                VisitDimension::EntryPageHostname
                | VisitDimension::ExitPageHostname
                | VisitDimension::BrowserVersion
                | VisitDimension::OsVersion => None,
            },
            Dimension::Hostname | Dimension::Property(_) | Dimension::Time | Dimension::TimeBy(_) => None,
        }
    }
}

/// A set of panels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PanelNames(u16);

impl PanelNames {
    /// All of them.
    pub fn all() -> Self {
        PanelName::ALL.into_iter().collect()
    }

    /// Whether it is one of them.
    pub fn contains(self, panel: PanelName) -> bool {
        self.0 & (1 << panel as u16) != 0
    }

    /// Those in it, in the order in which they are told.
    pub fn iter(self) -> impl Iterator<Item = PanelName> {
        PanelName::ALL.into_iter().filter(move |panel| self.contains(*panel))
    }

    /// Whether one of them shows the values of a dimension.
    pub(crate) fn show(self, dimension: &Dimension) -> bool {
        PanelName::of(dimension).is_some_and(|panel| self.contains(panel))
    }
}

impl FromIterator<PanelName> for PanelNames {
    fn from_iter<I: IntoIterator<Item = PanelName>>(panels: I) -> Self {
        Self(panels.into_iter().fold(0, |set, panel| set | 1 << panel as u16))
    }
}

/// What who asks may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Allowed {
    /// Everything.
    Everything,
    /// What is shown, and nothing else.
    Shown(Shown),
}

/// What is shown to somebody who may not see everything. Totals and their course over time always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shown {
    /// Rankings.
    pub panels: PanelNames,
    /// Whether properties are.
    pub properties: bool,
    /// First day of the site's timezone.
    pub since: Option<NaiveDate>,
    /// Last day of the site's timezone.
    pub until: Option<NaiveDate>,
    /// That many days of the site's timezone ending today, today included.
    pub last_days: Option<u32>,
}

impl Allowed {
    /// Whether a dimension may be grouped, filtered or ordered by.
    pub fn dimension(&self, dimension: &Dimension) -> bool {
        match (self, dimension) {
            (Self::Everything, _) | (_, Dimension::Time | Dimension::TimeBy(_)) => true,
            (Self::Shown(shown), Dimension::Property(_)) => shown.properties,
            (Self::Shown(shown), dimension) => shown.panels.show(dimension),
        }
    }

    /// Whether a metric may be asked for.
    pub fn metric(&self, metric: Metric) -> bool {
        let Self::Shown(shown) = self else { return true };
        match metric {
            Metric::Visitors
            | Metric::Visits
            | Metric::Pageviews
            | Metric::ViewsPerVisit
            | Metric::BounceRate
            | Metric::VisitDuration
            | Metric::Events
            | Metric::Percentage => true,
            Metric::ScrollDepth | Metric::TimeOnPage => shown.panels.contains(PanelName::Pages),
            Metric::ExitRate => shown.panels.contains(PanelName::ExitPages),
            Metric::ConversionRate | Metric::GroupConversionRate | Metric::AverageRevenue | Metric::TotalRevenue => {
                shown.panels.contains(PanelName::Events)
            }
        }
    }

    /// The panels that are shown.
    pub fn panels(&self) -> PanelNames {
        match self {
            Self::Everything => PanelNames::all(),
            Self::Shown(shown) => shown.panels,
        }
    }

    /// The instants that are shown of a site whose timezone is `zone`.
    pub fn span(&self, zone: Tz, now: i64) -> Span {
        let mut span = Span { from: i64::MIN, to: i64::MAX };
        let Self::Shown(shown) = self else { return span };
        if let Some(since) = shown.since {
            span.from = day_start(since, zone);
        }
        if let Some(days) = shown.last_days {
            let first = add_days(date_of(now, zone), 1 - i64::from(days));
            span.from = span.from.max(day_start(first, zone));
        }
        if let Some(until) = shown.until {
            span.to = day_start(add_days(until, 1), zone);
        }
        span
    }

    /// Refuses a query of which anything is not shown. `shown` is what [`Allowed::span`] answered.
    ///
    /// # Errors
    /// [`QueryError::NotAllowed`] with the first word that is not.
    pub(crate) fn check(&self, query: &Query, shown: Span) -> Result<(), QueryError> {
        if *self == Self::Everything {
            return Ok(());
        }
        if let Some(metric) = query.metrics().iter().find(|metric| !self.metric(**metric)) {
            return Err(QueryError::not_allowed("metrics", metric));
        }
        if let Some(dimension) = query.dimensions().iter().find(|dimension| !self.dimension(dimension)) {
            return Err(QueryError::not_allowed("dimensions", dimension));
        }
        self.check_filters(query.filters())?;
        for order in query.order_by() {
            match &order.key {
                OrderKey::Metric(metric) if !self.metric(*metric) => {
                    return Err(QueryError::not_allowed("order_by", metric));
                }
                OrderKey::Dimension(dimension) if !self.dimension(dimension) => {
                    return Err(QueryError::not_allowed("order_by", dimension));
                }
                OrderKey::Metric(_) | OrderKey::Dimension(_) => {}
            }
        }
        // It counts all that the days hold, whatever part of them is shown.
        if query.include().explain {
            return Err(QueryError::not_allowed("include", &"explain"));
        }
        for (key, range) in [("date_range", Some(query.range())), ("comparisons", query.comparison())] {
            if let Some(range) = range.filter(|range| !shown.covers(range.span)) {
                return Err(QueryError::not_allowed(key, &range.ends().join(", ")));
            }
        }
        Ok(())
    }

    /// Refuses filters on what is not shown, however deep.
    ///
    /// # Errors
    /// [`QueryError::NotAllowed`] with the first dimension that is not.
    pub(crate) fn check_filters(&self, filters: &[Filter]) -> Result<(), QueryError> {
        match filters.iter().find_map(|filter| self.refused_in(filter)) {
            Some(dimension) => Err(QueryError::not_allowed("filters", dimension)),
            None => Ok(()),
        }
    }

    fn refused_in<'f>(&self, filter: &'f Filter) -> Option<&'f Dimension> {
        match filter {
            Filter::Condition(condition) => Some(condition.dimension()).filter(|dimension| !self.dimension(dimension)),
            Filter::And(filters) | Filter::Or(filters) => filters.iter().find_map(|filter| self.refused_in(filter)),
            Filter::Not(filter) | Filter::HasDone(filter) | Filter::HasNotDone(filter) => self.refused_in(filter),
        }
    }
}

/// The part of a range that is shown.
///
/// # Errors
/// [`QueryError::NotAllowed`] when none is.
pub(crate) fn cut(range: Range, shown: Span) -> Result<Range, QueryError> {
    range.within(shown).ok_or_else(|| QueryError::not_allowed("date_range", &range.ends().join(", ")))
}
