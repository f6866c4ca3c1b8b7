//! All sites at a glance: those with visitors of today first.
//!
//! What is asked of a site is little, and its finished days are remembered; that there are many of them is what could take long.
//! So sites where nothing has happened lately are told apart by one look at the database and not computed, and of all the
//! glances that are asked for, few are computed at the same time, so that dashboards find a connection in between.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::{StreamExt, TryStreamExt, stream};
use haru_stats::Number;
use haru_stats::engine::Plan;
use haru_stats::overview::{self, OverviewQuery};
use haru_stats::realtime;

use super::asked::Asked;
use super::patience::Patience;
use super::{Stats, computed, recent};
use crate::accounts::View;
use crate::error::{Error, Result};
use crate::ids::now_ms;
use crate::page;
use crate::store::{Scope, Site};

/// Sites that one page holds, at most.
pub(crate) const PAGE_MAX: u64 = 500;
/// Sites that are computed at the same time, for all who ask together.
pub(super) const AT_ONCE: usize = 3;

const HOUR_MS: i64 = 60 * 60 * 1000;
/// A local day begins at most so long ago, whatever clocks do: today's visitors alone decide the order. Yesterday's are looked at
/// for the sites of the page.
const TODAY_MS: i64 = 26 * HOUR_MS;
/// So do all days that are shown.
const DAYS_MS: i64 = (overview::DAYS as i64 + 1) * 24 * HOUR_MS;

/// A page of sites at a glance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Glances {
    /// As of when.
    pub(crate) now: i64,
    /// By visitors of today, most first, then by domain.
    pub(crate) sites: Vec<Glance>,
    /// Where the next page begins, if there is one.
    pub(crate) next: Option<String>,
}

/// One site at a glance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Glance {
    pub(crate) site: Site,
    pub(crate) first_event_at: Option<i64>,
    pub(crate) online: u64,
    pub(crate) numbers: overview::Overview,
}

/// Where a site stands among the others. What moves between two pages may be told twice or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    visitors: u64,
    domain: String,
}

impl Place {
    fn of(glance: &Glance) -> Self {
        Self { visitors: visitors(glance), domain: glance.site.domain.clone() }
    }

    fn is_before(&self, visitors: u64, domain: &str) -> bool {
        self.visitors > visitors || (self.visitors == visitors && self.domain.as_str() < domain)
    }

    fn to_cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {}", self.visitors, self.domain))
    }

    fn from_cursor(text: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (visitors, domain) = text.split_once(' ')?;
        Some(Self { visitors: visitors.parse().ok()?, domain: domain.to_owned() })
    }
}

fn visitors(glance: &Glance) -> u64 {
    match glance.numbers.visitors {
        Number::Whole(visitors) => u64::try_from(visitors).unwrap_or(0),
        Number::Hundredths(_) | Number::Null => 0,
    }
}

/// A site that has its place, with its numbers if they were needed for that.
enum Placed {
    Awake(Box<Glance>),
    Asleep(Box<Site>),
}

impl Placed {
    fn key(&self) -> (u64, &str) {
        match self {
            Self::Awake(glance) => (visitors(glance), &glance.site.domain),
            Self::Asleep(site) => (0, &site.domain),
        }
    }
}

impl Stats {
    /// The sites in a scope at a glance, a page of at most `limit` behind the cursor `after`.
    ///
    /// # Errors
    /// `Invalid` for a limit out of bounds and for what is no cursor.
    pub(crate) async fn overview(&self, scope: &Scope, view: View, limit: u64, after: Option<&str>) -> Result<Glances> {
        page::check(limit, PAGE_MAX)?;
        let unknown = || Error::field("after", "must be what the page before told as next");
        let after = after.map(|cursor| Place::from_cursor(cursor).ok_or_else(unknown)).transpose()?;
        let now = now_ms();
        let today = self.store.sites_awake_since(scope, now - TODAY_MS).await?;
        let (awake, asleep): (Vec<Site>, Vec<Site>) =
            self.store.all_sites(scope).await?.into_iter().partition(|site| today.contains(&site.key));
        let awake = self.glances(awake.into_iter().map(|site| (site, true)), view).await?;
        let awake = awake.into_iter().map(|glance| Placed::Awake(Box::new(glance)));
        let mut placed: Vec<Placed> =
            awake.chain(asleep.into_iter().map(|site| Placed::Asleep(Box::new(site)))).collect();
        placed.retain(|placed| {
            let (visitors, domain) = placed.key();
            after.as_ref().is_none_or(|after| after.is_before(visitors, domain))
        });
        placed.sort_unstable_by(|one, other| {
            let ((one, domain), (other, others)) = (one.key(), other.key());
            other.cmp(&one).then_with(|| domain.cmp(others))
        });
        let more = page::cut(&mut placed, limit);
        let sites = self.completed(scope, view, now, placed).await?;
        let next = sites.last().filter(|_| more).map(|last| Place::of(last).to_cursor());
        Ok(Glances { now, sites, next })
    }

    /// The same sites in the same order, with the numbers of all of them.
    async fn completed(&self, scope: &Scope, view: View, now: i64, placed: Vec<Placed>) -> Result<Vec<Glance>> {
        let lately = if placed.iter().any(|placed| matches!(placed, Placed::Asleep(_))) {
            self.store.sites_awake_since(scope, now - DAYS_MS).await?
        } else {
            BTreeSet::new()
        };
        let asleep = placed.iter().filter_map(|placed| match placed {
            Placed::Asleep(site) => Some((site.as_ref().clone(), lately.contains(&site.key))),
            Placed::Awake(_) => None,
        });
        let asleep: Vec<(Site, bool)> = asleep.collect();
        let computed = self.glances(asleep.into_iter(), view).await?.into_iter();
        let mut computed: BTreeMap<i64, Glance> = computed.map(|glance| (glance.site.key, glance)).collect();
        let glances = placed.into_iter().filter_map(|placed| match placed {
            Placed::Awake(glance) => Some(*glance),
            Placed::Asleep(site) => computed.remove(&site.key),
        });
        Ok(glances.collect())
    }

    /// The numbers of sites, in any order; with each whether it may have events of the days that are shown.
    async fn glances(&self, sites: impl Iterator<Item = (Site, bool)> + Send, view: View) -> Result<Vec<Glance>> {
        let glances = stream::iter(sites).map(|(site, has_events)| self.glance(site, view, has_events));
        glances.buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn glance(&self, site: Site, view: View, has_events: bool) -> Result<Glance> {
        let _turn = self.glances.acquire().await.map_err(Error::internal)?;
        let about = self.about(&site, view).await?;
        let (now, shown) = (about.now, about.shown);
        let query = OverviewQuery::new(about.context.zone, now)?;
        let columns = Some(recent(now));
        // Of each site anew: a page of many may take longer than one question, of which nothing is lost when it is asked again.
        let patience = Patience::of(view);
        let plan = Plan::new(query.queries());
        let mut asked = Asked::new(self.engine, plan, patience.stop(), self.partials.clone(), columns);
        if has_events {
            let mut spans = query.spans();
            spans.extend(columns);
            asked = self.load(&site, &about, &spans, asked).await?;
        }
        let (numbers, online) = computed(move || {
            let (answers, mut days) = asked.finish()?;
            days.retain(|day| shown.covers(day.span()));
            Ok::<_, Error>((query.assemble(answers), realtime::online(&days, now - realtime::ONLINE, now)))
        })
        .await??;
        Ok(Glance { site, first_event_at: about.context.first_event, online, numbers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_says_where_the_next_page_begins() {
        let place = Place { visitors: 7, domain: "example.com".to_owned() };
        assert_eq!(Place::from_cursor(&place.to_cursor()), Some(place.clone()));
        for nonsense in ["", "?", "7 example.com", "NyA", &URL_SAFE_NO_PAD.encode("x y"), &URL_SAFE_NO_PAD.encode("7")]
        {
            assert_eq!(Place::from_cursor(nonsense).map(|place| place.domain).unwrap_or_default(), "", "{nonsense}");
        }
        assert!(place.is_before(6, "a.example") && place.is_before(7, "example.org"));
        assert!(
            !place.is_before(8, "z.example") && !place.is_before(7, "example.com") && !place.is_before(7, "a.example")
        );
    }
}
