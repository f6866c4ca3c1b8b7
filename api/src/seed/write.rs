//! A history becomes rows, on the way that every hit takes: payload, `collect`, `ingest`.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

use super::cities::city;
use super::history::{History, Plan};
use super::visit::{Action, Referrer, Step, Visit};
use crate::collect::{Agents, BatchItem, Enrichment, Hit, SiteRules, VisitorKeys, assemble_batch, past_key};
use crate::error::{Error, Result};
use crate::ingest::{Ingest, Node};
use crate::live::Hub;
use crate::store::{Store, TrackedSite};

/// Hits of one commit.
const BATCH: usize = 2_000;

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) visits: usize,
    /// Pageviews and custom events.
    pub(crate) events: usize,
    pub(crate) engagements: usize,
}

/// Writes the history of a plan into a site's events. `progress` hears now and then how much there is so far.
///
/// # Errors
/// When the database does not take it.
pub(crate) async fn write(
    plan: Plan,
    tracked: &TrackedSite,
    store: &Store,
    node: Node,
    mut progress: impl FnMut(&Written) + Send,
) -> Result<Written> {
    let assembler = Assembler::new(plan, tracked)?;
    let (ingest, writer) =
        Ingest::start(Arc::new(store.clone()), node, Arc::new(Hub::default())).map_err(Error::internal)?;
    let mut written = Written::default();
    let mut pending: Vec<Hit> = Vec::new();
    let mut history = History::new(plan);
    while let Some(visits) = history.next_hour() {
        for visit in &visits {
            written.visits += 1;
            for step in visit.steps.iter().filter(|step| visit.start + step.after_ms <= plan.end) {
                let counter = if let Action::Engage { .. } = step.action {
                    &mut written.engagements
                } else {
                    &mut written.events
                };
                *counter += 1;
                pending.push(assembler.hit(visit, step)?);
            }
        }
        if pending.len() >= BATCH {
            commit(&ingest, &mut pending).await?;
            progress(&written);
        }
    }
    commit(&ingest, &mut pending).await?;
    ingest.stop();
    writer.await.map_err(Error::internal)?;
    Ok(written)
}

async fn commit(ingest: &Ingest, pending: &mut Vec<Hit>) -> Result<()> {
    pending.sort_by_key(|hit| hit.ts_ms);
    let mut rest = std::mem::take(pending);
    while !rest.is_empty() {
        let more = rest.split_off(rest.len().min(BATCH));
        ingest.store(rest).await.map_err(Error::internal)?;
        rest = more;
    }
    Ok(())
}

/// Makes hits of what was imagined.
struct Assembler<'a> {
    plan: Plan,
    tracked: &'a TrackedSite,
    rules: SiteRules,
    enrichment: Enrichment,
}

impl<'a> Assembler<'a> {
    fn new(plan: Plan, tracked: &'a TrackedSite) -> Result<Self> {
        let list = |name: &str| {
            crate::assets::list(name)
                .ok_or_else(|| Error::internal(format!("this build lacks {name}: run `make assets`")))
        };
        let agents = Agents::load(&list("regexes.json")?, &list("bots.json")?).map_err(Error::internal)?;
        let rules = SiteRules { id: tracked.site.key, domain: tracked.site.domain.clone(), ..SiteRules::default() };
        Ok(Self { plan, tracked, rules, enrichment: Enrichment::new(agents, None).map_err(Error::internal)? })
    }

    /// An imagined step as a hit; that it can't become one is a fault of the imagination.
    fn hit(&self, visit: &Visit, step: &Step) -> Result<Hit> {
        let item = item(visit, step, &self.rules.domain);
        let item = BatchItem::parse(&item, self.plan.end).map_err(Error::Invalid)?;
        let date = self.tracked.zones.day_at(item.ts_ms).date.to_string();
        let key = past_key(&self.plan.seed.to_be_bytes(), self.rules.id, &date);
        let keys = VisitorKeys { address: &key, visitor: &key };
        assemble_batch(item, &self.rules, &keys, &self.enrichment)
            .map_err(|reason| Error::internal(format!("a made-up visitor was dropped: {}", reason.as_str())))
    }
}

/// A step as an item of the batch route.
fn item(visit: &Visit, step: &Step, domain: &str) -> Value {
    let at = DateTime::from_timestamp_millis(visit.start + step.after_ms).unwrap_or_default();
    let mut item = json!({
        "name": name(&step.action),
        "url": url(step, domain),
        "referrer": referrer(step, domain),
        "timestamp": at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "visitor": visit.visitor.to_string(),
        "user_agent": visit.person.user_agent,
        "country": visit.person.country,
        "language": visit.person.language,
        "screen": visit.person.width,
    });
    if let Some((region, city)) = city(visit.person.country, visit.visitor) {
        item["region"] = json!(region);
        item["city"] = json!(city);
    }
    match &step.action {
        Action::View | Action::Custom { props: None, .. } => {}
        Action::Custom { props: Some(props), .. } => item["props"] = props.clone(),
        Action::Engage { engaged_ms, scroll_depth } => {
            item["engagement_ms"] = json!(engaged_ms);
            item["scroll_depth"] = json!(scroll_depth);
        }
    }
    item
}

/// The name of an event.
pub(super) fn name(action: &Action) -> &'static str {
    match action {
        Action::View => "pageview",
        Action::Engage { .. } => "engagement",
        Action::Custom { name, .. } => name,
    }
}

/// What stands in the address bar.
pub(super) fn url(step: &Step, domain: &str) -> String {
    format!("https://{domain}{}{}", step.path, step.query)
}

/// What the browser tells as referrer.
pub(super) fn referrer(step: &Step, domain: &str) -> String {
    match step.referrer {
        Referrer::Outside(referrer) => referrer.to_owned(),
        Referrer::Inside(path) => format!("https://{domain}{path}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use haru_stats::time::SiteZones;

    use super::*;
    use crate::store::Site;

    fn tracked() -> TrackedSite {
        let site = Site {
            key: 1,
            id: "site".to_owned(),
            name: "Lumen".to_owned(),
            domain: "lumen.blog".to_owned(),
            token: "token".to_owned(),
            timezone: "Europe/Berlin".to_owned(),
            honour_dnt: false,
            allowed_hostnames: Vec::new(),
            excluded_paths: Vec::new(),
            retention_days: None,
            retention_changes: 0,
            public: false,
            created_at: 0,
        };
        TrackedSite { site, zones: SiteZones::fixed(chrono_tz::Europe::Berlin), excluded_addresses: BTreeSet::new() }
    }

    fn hits() -> Vec<Hit> {
        let zone = chrono_tz::Europe::Berlin;
        let plan = Plan { seed: 1, events: 20_000, days: 30, end: 1_795_500_000_000, zone };
        let tracked = tracked();
        let assembler = Assembler::new(plan, &tracked).expect("made");
        let mut history = History::new(plan);
        let visits = std::iter::from_fn(|| history.next_hour()).flatten();
        visits
            .flat_map(|visit| {
                visit.steps.iter().map(|step| assembler.hit(&visit, step).expect("a hit")).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn hits_have_what_a_dashboard_shows_and_fit_together() {
        let hits = hits();
        let distinct =
            |value: fn(&Hit) -> &str| hits.iter().map(value).filter(|value| !value.is_empty()).collect::<BTreeSet<_>>();
        let sources = distinct(|hit| &hit.source);
        let channels = distinct(|hit| &hit.channel);
        assert!(sources.len() >= 30, "{sources:?}");
        assert!(
            sources.contains("Hacker News") && sources.contains("Google") && sources.contains("ChatGPT"),
            "{sources:?}"
        );
        assert!(channels.len() >= 9, "{channels:?}");
        assert!(distinct(|hit| &hit.utm_campaign).len() >= 6);
        assert!(distinct(|hit| &hit.language).len() >= 30);
        assert_eq!(distinct(|hit| &hit.device), BTreeSet::from(["Desktop", "Mobile", "Tablet"]));
        assert_eq!(distinct(|hit| &hit.hostname), BTreeSet::from(["lumen.blog"]));
        for hit in &hits {
            assert!(!hit.browser.is_empty() && !hit.os.is_empty() && !hit.screen.is_empty(), "{hit:?}");
            assert_eq!(
                hit.browser == "Safari",
                hit.browser == "Safari" && matches!(&*hit.os, "Mac" | "iOS"),
                "{hit:?}"
            );
            assert_eq!(hit.os == "iOS" || hit.os == "Android", hit.device != "Desktop", "{hit:?}");
            assert!(!hit.referrer.contains("lumen.blog"), "{hit:?}");
        }
        assert!(hits.iter().any(|hit| hit.props.as_deref().is_some_and(|props| props.contains("plan"))));
        assert!(hits.iter().any(|hit| hit.engaged_ms > 0 && hit.scroll_depth.is_some()));
    }
}
