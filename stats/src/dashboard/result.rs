//! The shape of a dashboard. Serialized, it is the part of the API's `Dashboard` that comes from events.

use serde::Serialize;

use super::{DashboardQuery, PANELS};
use crate::dimension::{Dimension, Interval, VisitDimension};
use crate::engine::Answer;
use crate::metric::Metric;
use crate::number::Number;
use crate::query::Query;
use crate::time::{Range, buckets};

/// Everything a dashboard shows of a range.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dashboard {
    /// The range.
    pub range: RangeEnds,
    /// The earlier range, when compared.
    pub comparison_range: Option<RangeEnds>,
    /// Numbers of the whole range.
    pub totals: Totals,
    /// The same numbers by time.
    pub time_series: TimeSeries,
    /// The largest groups by each dimension.
    pub panels: Panels,
}

/// A range as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RangeEnds {
    /// RFC 3339 with offset, whole seconds.
    pub from: String,
    /// RFC 3339 with offset, the last second included.
    pub to: String,
    /// IANA name.
    pub timezone: &'static str,
}

impl From<&Range> for RangeEnds {
    fn from(range: &Range) -> Self {
        let [from, to] = range.ends();
        Self { from, to, timezone: range.zone.name() }
    }
}

/// One number of the whole range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Total {
    /// The value; null for `views_per_visit` with a filter on pages, where it has no meaning.
    pub value: Number,
    /// The value of the earlier range, when compared.
    pub previous: Option<Number>,
    /// Whole percent, for `bounce_rate` points (null when either side has no visits).
    pub change: Option<Number>,
}

/// The numbers of the whole range, by metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each is the metric of its name")]
pub struct Totals {
    pub visitors: Total,
    pub visits: Total,
    pub pageviews: Total,
    pub views_per_visit: Total,
    pub bounce_rate: Total,
    pub visit_duration: Total,
    pub events: Total,
}

/// The numbers by time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimeSeries {
    /// Length of the buckets.
    pub interval: Interval,
    /// Labels of all buckets of the range, later ones than now included.
    pub labels: Vec<String>,
    /// Whether the last bucket is not over yet.
    pub partial_last: bool,
    /// Index of the bucket that holds now.
    pub now_index: Option<usize>,
    /// One value a label, zeros where there is nothing.
    pub current: Series,
    /// The earlier range, when compared: pairs by position, and may have fewer or more buckets.
    pub previous: Option<ComparedSeries>,
}

/// The earlier range's numbers by time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComparedSeries {
    /// Its own labels.
    pub labels: Vec<String>,
    /// One value a label.
    pub values: Series,
}

/// One value a bucket, by metric; empty for `views_per_visit` with a filter on pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each is the metric of its name")]
pub struct Series {
    pub visitors: Vec<Number>,
    pub visits: Vec<Number>,
    pub pageviews: Vec<Number>,
    pub views_per_visit: Vec<Number>,
    pub bounce_rate: Vec<Number>,
    pub visit_duration: Vec<Number>,
    pub events: Vec<Number>,
}

/// The largest groups by one dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Panel {
    /// The query language's word, for a filter on click.
    pub dimension: Dimension,
    /// By visitors, most first.
    pub rows: Vec<PanelRow>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PanelRow {
    /// Its label, as filters take it.
    pub value: String,
    /// What it is called where that is something else: see [`Dashboard::name_places`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its visitors.
    pub visitors: Number,
    /// Percent of all visitors of the range and filters, two decimals.
    pub share: Number,
}

/// All panels, `None` those that were not asked for. Campaign panels leave out visits without that parameter, `events` leaves out `pageview`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each is the plural of its dimension")]
pub struct Panels {
    pub pages: Option<Panel>,
    pub entry_pages: Option<Panel>,
    pub exit_pages: Option<Panel>,
    pub channels: Option<Panel>,
    pub sources: Option<Panel>,
    pub referrers: Option<Panel>,
    pub utm_sources: Option<Panel>,
    pub utm_mediums: Option<Panel>,
    pub utm_campaigns: Option<Panel>,
    pub utm_contents: Option<Panel>,
    pub utm_terms: Option<Panel>,
    pub countries: Option<Panel>,
    pub regions: Option<Panel>,
    pub cities: Option<Panel>,
    pub languages: Option<Panel>,
    pub browsers: Option<Panel>,
    pub os: Option<Panel>,
    pub devices: Option<Panel>,
    pub screens: Option<Panel>,
    pub events: Option<Panel>,
}

impl Dashboard {
    /// Names regions and cities, which are stored as codes: `name` is asked for each that is shown, and answers what it is called
    /// where it knows and that is something else. Events hold no such names.
    pub fn name_places(&mut self, name: impl Fn(&str) -> Option<String>) {
        for panel in [&mut self.panels.regions, &mut self.panels.cities].into_iter().flatten() {
            for row in &mut panel.rows {
                row.name = name(&row.value).filter(|name| *name != row.value);
            }
        }
    }
}

impl DashboardQuery {
    /// Puts the answers of [`DashboardQuery::queries`] together; they must be all of them, in their order.
    pub fn assemble(&self, answers: Vec<Answer>) -> Dashboard {
        let mut pairs = self.queries.iter().zip(answers);
        let totals = pairs.next().map(|(query, answer)| totals(query, &answer)).unwrap_or_default();
        let (labels, current) = pairs.next().map(|(query, answer)| series(query, answer)).unwrap_or_default();
        let previous = self.options.comparison.and_then(|_| pairs.next()).map(|(query, answer)| {
            let (labels, values) = series(query, answer);
            ComparedSeries { labels, values }
        });
        let spans: Vec<_> = buckets(&self.options.range, self.interval).into_iter().map(|bucket| bucket.span).collect();
        let now = self.options.now;
        let (mut dimensions, mut answers) = (PANELS.into_iter(), pairs.map(|(_, answer)| answer));
        let mut panel = || {
            let dimension = dimensions.next().filter(|dimension| self.options.panels.show(dimension))?;
            Some(self.panel(dimension, answers.next()?))
        };
        Dashboard {
            range: RangeEnds::from(&self.options.range),
            comparison_range: self.options.comparison.as_ref().map(RangeEnds::from),
            totals,
            time_series: TimeSeries {
                interval: self.interval,
                labels,
                partial_last: spans.last().is_some_and(|last| now < last.to),
                now_index: spans.iter().position(|span| span.contains(now)),
                current,
                previous,
            },
            // Fields are evaluated in the order they are written: that of `PANELS`.
            panels: Panels {
                pages: panel(),
                entry_pages: panel(),
                exit_pages: panel(),
                channels: panel(),
                sources: panel(),
                referrers: panel(),
                utm_sources: panel(),
                utm_mediums: panel(),
                utm_campaigns: panel(),
                utm_contents: panel(),
                utm_terms: panel(),
                countries: panel(),
                regions: panel(),
                cities: panel(),
                languages: panel(),
                browsers: panel(),
                os: panel(),
                devices: panel(),
                screens: panel(),
                events: panel(),
            },
        }
    }

    fn panel(&self, dimension: Dimension, answer: Answer) -> Panel {
        use VisitDimension::{UtmCampaign, UtmContent, UtmMedium, UtmSource, UtmTerm};
        let left_out = match dimension {
            Dimension::EventName => Some("pageview"),
            Dimension::Visit(UtmSource | UtmMedium | UtmCampaign | UtmContent | UtmTerm) => {
                Some(dimension.blank_label())
            }
            _ => None,
        };
        let rows = answer.rows.into_iter().filter_map(|mut row| {
            let value = row.dimensions.pop()?;
            let (visitors, share) = (*row.metrics.first()?, *row.metrics.get(1)?);
            (left_out != Some(value.as_str())).then_some(PanelRow { value, name: None, visitors, share })
        });
        let limit = usize::try_from(self.options.rows).unwrap_or(usize::MAX);
        Panel { rows: rows.take(limit).collect(), dimension }
    }
}

impl Default for Totals {
    fn default() -> Self {
        let none = Total { value: Number::Null, previous: None, change: None };
        Self {
            visitors: none,
            visits: none,
            pageviews: none,
            views_per_visit: none,
            bounce_rate: none,
            visit_duration: none,
            events: none,
        }
    }
}

fn totals(query: &Query, answer: &Answer) -> Totals {
    let row = answer.rows.first();
    let compared = row.and_then(|row| row.comparison.as_ref());
    let total = |metric: Metric| {
        let Some(index) = query.metrics().iter().position(|queried| *queried == metric) else {
            return Total { value: Number::Null, previous: None, change: None };
        };
        Total {
            value: row.map_or(Number::Null, |row| row.metrics[index]),
            previous: compared.map(|earlier| earlier.metrics[index]),
            change: compared.map(|earlier| earlier.change[index]),
        }
    };
    Totals {
        visitors: total(Metric::Visitors),
        visits: total(Metric::Visits),
        pageviews: total(Metric::Pageviews),
        views_per_visit: total(Metric::ViewsPerVisit),
        bounce_rate: total(Metric::BounceRate),
        visit_duration: total(Metric::VisitDuration),
        events: total(Metric::Events),
    }
}

fn series(query: &Query, answer: Answer) -> (Vec<String>, Series) {
    let values = |metric: Metric| -> Vec<Number> {
        let index = query.metrics().iter().position(|queried| *queried == metric);
        index.map_or_else(Vec::new, |index| answer.rows.iter().map(|row| row.metrics[index]).collect())
    };
    let series = Series {
        visitors: values(Metric::Visitors),
        visits: values(Metric::Visits),
        pageviews: values(Metric::Pageviews),
        views_per_visit: values(Metric::ViewsPerVisit),
        bounce_rate: values(Metric::BounceRate),
        visit_duration: values(Metric::VisitDuration),
        events: values(Metric::Events),
    };
    (answer.time_labels.unwrap_or_default(), series)
}
