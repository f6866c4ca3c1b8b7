//! The metrics of the query language, by their names in Plausible's Stats API v2.

use std::fmt;

use serde::{Serialize, Serializer};

/// A number that a query can ask for. Definitions and roundings: `query-semantics.md`, "Metrics".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Distinct visitor ids with a matching event in the range, engagement not counted; whole number. Daily counts add up.
    Visitors,
    /// Visits whose first event is in the range; whole number.
    Visits,
    /// Matching pageviews; whole number.
    Pageviews,
    /// Pageviews of the visits ÷ visits; two decimals.
    ViewsPerVisit,
    /// Visits with exactly one pageview and no interactive custom event ÷ visits; whole percent.
    BounceRate,
    /// Mean over visits of last activity − first event; whole seconds.
    VisitDuration,
    /// Matching pageviews and custom events; whole number.
    Events,
    /// Deepest scroll per visit and page, averaged; whole percent, null without engagement.
    ScrollDepth,
    /// Visitors ÷ visitors of the query without its dimensions; percent, two decimals.
    Percentage,
    /// Visitors who converted ÷ all visitors. Not built yet: refused.
    ConversionRate,
    /// Visitors who converted ÷ visitors of the row's other dimensions. Not built yet: refused.
    GroupConversionRate,
    /// Mean revenue of a conversion. Not built yet: refused.
    AverageRevenue,
    /// Sum of revenue. Not built yet: refused.
    TotalRevenue,
    /// Engaged time summed per visit, averaged over the visits that have any; whole seconds, null without engagement.
    TimeOnPage,
    /// Visits that end on the page ÷ pageviews of the page, by exit page only; whole percent, null without pageviews.
    ExitRate,
}

impl Metric {
    /// Every metric, in the order of the documentation.
    pub const ALL: [Self; 15] = [
        Self::Visitors,
        Self::Visits,
        Self::Pageviews,
        Self::ViewsPerVisit,
        Self::BounceRate,
        Self::VisitDuration,
        Self::Events,
        Self::ScrollDepth,
        Self::Percentage,
        Self::ConversionRate,
        Self::GroupConversionRate,
        Self::AverageRevenue,
        Self::TotalRevenue,
        Self::TimeOnPage,
        Self::ExitRate,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visitors => "visitors",
            Self::Visits => "visits",
            Self::Pageviews => "pageviews",
            Self::ViewsPerVisit => "views_per_visit",
            Self::BounceRate => "bounce_rate",
            Self::VisitDuration => "visit_duration",
            Self::Events => "events",
            Self::ScrollDepth => "scroll_depth",
            Self::Percentage => "percentage",
            Self::ConversionRate => "conversion_rate",
            Self::GroupConversionRate => "group_conversion_rate",
            Self::AverageRevenue => "average_revenue",
            Self::TotalRevenue => "total_revenue",
            Self::TimeOnPage => "time_on_page",
            Self::ExitRate => "exit_rate",
        }
    }

    /// What it means, in a sentence: shown by `include.explain`, said at length in `docs/metrics.md`.
    pub fn definition(self) -> &'static str {
        match self {
            Self::Visitors => "Distinct visitor ids with a matching event; over several days the daily counts add up.",
            Self::Visits => "Visits whose first event lies in the range and that hold a matching event.",
            Self::Pageviews => "Matching pageviews.",
            Self::ViewsPerVisit => "Pageviews of the visits divided by visits.",
            Self::BounceRate => {
                "Visits with exactly one pageview and no interactive custom event, in percent of all visits."
            }
            Self::VisitDuration => {
                "Time from the first event of a visit to its last activity, engagement included, averaged over all visits."
            }
            Self::Events => "Matching pageviews and custom events; engagement is not counted.",
            Self::ScrollDepth => "Deepest scroll of each visit and page, averaged over those that have one.",
            Self::Percentage => {
                "Visitors of the row in percent of the visitors that the query finds without its dimensions."
            }
            Self::ConversionRate => "Visitors who converted in percent of all visitors.",
            Self::GroupConversionRate => {
                "Visitors who converted in percent of the visitors of the row's other dimensions."
            }
            Self::AverageRevenue => "Revenue divided by the conversions that carry one.",
            Self::TotalRevenue => "Sum of revenue.",
            Self::TimeOnPage => {
                "Time that the page was visible, summed by visit, averaged over the visits that have any."
            }
            Self::ExitRate => "Visits that end on the page in percent of the page's pageviews.",
        }
    }

    /// The metric of that name, exact.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// Measured over whole visits, which belong to the instant of their first event.
    pub fn is_of_visits(self) -> bool {
        matches!(self, Self::Visits | Self::ViewsPerVisit | Self::BounceRate | Self::VisitDuration | Self::ExitRate)
    }

    /// Measured from engagement on a page.
    pub fn is_of_engagement(self) -> bool {
        matches!(self, Self::ScrollDepth | Self::TimeOnPage)
    }

    /// Whether this version computes it; the others are refused when a query is built.
    pub fn is_built(self) -> bool {
        !matches!(self, Self::ConversionRate | Self::GroupConversionRate | Self::AverageRevenue | Self::TotalRevenue)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
