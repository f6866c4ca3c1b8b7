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
}

impl Metric {
    /// Every metric, in the order of the documentation.
    pub const ALL: [Self; 14] = [
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
        }
    }

    /// The metric of that name, exact.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// Measured over whole visits, which belong to the instant of their first event.
    pub fn is_of_visits(self) -> bool {
        matches!(self, Self::Visits | Self::ViewsPerVisit | Self::BounceRate | Self::VisitDuration)
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
