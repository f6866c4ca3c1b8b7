//! How a hit is put together.
//!
//! Rule: what is known of a visitor becomes coarse here, and the raw address and user agent end here. Cheap reasons to
//! drop a hit come first, reading the user agent after them.

use std::net::IpAddr;
use std::sync::Arc;

use super::agent::{Agent, Agents};
use super::channel::{Channels, Signals};
use super::geo::{Geo, Place};
use super::hit::{DropReason, Hit};
use super::host::normalize_host;
use super::page::{self, Accept, Location};
use super::payload::{BatchItem, CollectPayload, EventPayload, Explicit, Revenue, limits};
use super::rules::SiteRules;
use super::source::{Sources, TableError};
use super::visitor::{self, VisitorKeys};
use super::{address, referrer, screen};

/// What a browser's request says beside its body.
#[derive(Clone, Copy, Default)]
pub(crate) struct RequestFacts<'r> {
    /// The client's address, as `client_address` finds it.
    pub(crate) address: Option<IpAddr>,
    pub(crate) user_agent: &'r str,
    pub(crate) accept_language: Option<&'r str>,
    pub(crate) origin: Option<&'r str>,
    pub(crate) referer: Option<&'r str>,
    /// Country by a trusted proxy's header.
    pub(crate) proxy_country: Option<&'r str>,
    /// See [`is_do_not_track`].
    pub(crate) do_not_track: bool,
    /// See [`is_prefetch`].
    pub(crate) prefetch: bool,
    /// The server's clock, in milliseconds since 1970.
    pub(crate) now_ms: i64,
}

impl std::fmt::Debug for RequestFacts<'_> {
    /// Leaves out who the visitor is: `Debug` output ends in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestFacts").field("now_ms", &self.now_ms).finish_non_exhaustive()
    }
}

/// Whether a `DNT` or `Sec-GPC` header asks not to be tracked.
pub(crate) fn is_do_not_track(value: &str) -> bool {
    value.trim() == "1"
}

/// Whether a `Sec-Purpose`, `Purpose`, `X-Purpose` or `X-Moz` header says that the page is loaded ahead.
pub(crate) fn is_prefetch(purpose: &str) -> bool {
    let purpose = purpose.to_ascii_lowercase();
    ["prefetch", "prerender", "preview"].into_iter().any(|word| purpose.contains(word))
}

/// The lists and tables that turn raw values into attributes. Made once, shared by all.
pub(crate) struct Enrichment {
    agents: Agents,
    geo: Option<Arc<Geo>>,
    sources: Sources,
    channels: Channels,
}

impl std::fmt::Debug for Enrichment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Enrichment(…)")
    }
}

impl Enrichment {
    /// With the tables that come with the binary.
    pub(crate) fn new(agents: Agents, geo: Option<Arc<Geo>>) -> Result<Self, TableError> {
        Ok(Self { agents, geo, sources: Sources::embedded()?, channels: Channels::embedded()? })
    }

    /// The kind of client that a user agent names, such as `Firefox on Mac`; empty when it names none.
    pub(crate) fn client_kind(&self, user_agent: &str) -> String {
        match self.agents.read(user_agent) {
            Some(agent) if !agent.browser.is_empty() => format!("{} on {}", agent.browser, agent.os),
            _ => String::new(),
        }
    }

    fn locate(&self, address: Option<IpAddr>) -> Place {
        self.geo.as_ref().zip(address).map(|(geo, address)| geo.locate(address)).unwrap_or_default()
    }
}

/// A hit of `/api/collect`.
pub(crate) fn assemble_collect(
    payload: CollectPayload,
    request: &RequestFacts<'_>,
    site: &SiteRules,
    keys: &VisitorKeys<'_>,
    with: &Enrichment,
) -> Result<Hit, DropReason> {
    let mut hit =
        from_browser(&payload.location, &payload.referrer, payload.country.as_deref(), request, site, keys, with)?;
    hit.kind = payload.kind;
    hit.name = payload.name;
    hit.page = payload.location.page;
    let class = payload.width.map(screen::screen_class);
    class.unwrap_or_default().clone_into(&mut hit.screen);
    hit.props = payload.props;
    hit.interactive = payload.interactive;
    hit.engaged_ms = payload.engaged_ms;
    hit.scroll_depth = percent(payload.scroll_depth);
    hit.event_id = payload.event_id;
    Ok(hit)
}

/// A hit of `/api/event`, for one of its sites.
pub(crate) fn assemble_event(
    payload: &EventPayload,
    request: &RequestFacts<'_>,
    site: &SiteRules,
    keys: &VisitorKeys<'_>,
    with: &Enrichment,
) -> Result<Hit, DropReason> {
    let mut hit = from_browser(&payload.location, &payload.referrer, None, request, site, keys, with)?;
    hit.kind = payload.kind;
    hit.name.clone_from(&payload.name);
    hit.page.clone_from(&payload.location.page);
    hit.props.clone_from(&payload.props);
    set_revenue(&mut hit, payload.revenue.as_ref());
    hit.interactive = payload.interactive;
    hit.engaged_ms = payload.engaged_ms;
    hit.scroll_depth = percent(payload.scroll_depth);
    Ok(hit)
}

/// A hit of the batch route. It takes nothing from the request that carried it: what an item doesn't say is blank.
pub(crate) fn assemble_batch(
    item: BatchItem,
    site: &SiteRules,
    keys: &VisitorKeys<'_>,
    with: &Enrichment,
) -> Result<Hit, DropReason> {
    let hostname = item.location.hostname.clone().unwrap_or_else(|| site.domain.clone());
    site.check(&hostname, &item.location.page, item.address)?;
    let user_agent = item.user_agent.as_deref().unwrap_or_default();
    let mut hit = Hit::blank(site.id, item.ts_ms);
    if !user_agent.is_empty() {
        set_agent(&mut hit, &*with.agents.read(user_agent).ok_or(DropReason::Bot)?);
    }
    set_place(&mut hit, with.locate(item.address));
    hit.hostname = hostname;
    set_acquisition(&mut hit, &item.location, &item.referrer, &item.explicit, site, with);
    hit.visitor = match &item.visitor {
        Some(visitor) => visitor::by_name(keys, site.id, visitor),
        None => visitor::by_address(keys, site.id, item.address, user_agent),
    };
    hit.kind = item.kind;
    hit.name = item.name;
    hit.page = item.location.page;
    hit.props = item.props;
    set_revenue(&mut hit, item.revenue.as_ref());
    hit.interactive = item.interactive;
    hit.engaged_ms = item.engaged_ms;
    hit.scroll_depth = percent(item.scroll_depth);
    hit.event_id = item.event_id;
    set_explicit(&mut hit, item.explicit);
    Ok(hit)
}

/// What the two routes that browsers use have in common. Drops first, the expensive parts after them.
fn from_browser(
    location: &Location,
    referrer: &str,
    country_hint: Option<&str>,
    request: &RequestFacts<'_>,
    site: &SiteRules,
    keys: &VisitorKeys<'_>,
    with: &Enrichment,
) -> Result<Hit, DropReason> {
    if request.do_not_track && site.honour_dnt {
        return Err(DropReason::DoNotTrack);
    }
    if request.prefetch {
        return Err(DropReason::Prefetch);
    }
    let hostname = location.hostname.clone().unwrap_or_else(|| {
        [request.origin, request.referer].into_iter().flatten().find_map(host_of).unwrap_or_else(|| site.domain.clone())
    });
    site.check(&hostname, &location.page, request.address)?;
    let agent = with.agents.read(request.user_agent).ok_or(DropReason::Bot)?;
    let mut hit = Hit::blank(site.id, request.now_ms);
    set_agent(&mut hit, &agent);
    set_place(&mut hit, with.locate(request.address));
    if hit.country.is_empty() {
        hit.country = request
            .proxy_country
            .and_then(address::country_code)
            .or_else(|| country_hint.map(str::to_owned))
            .unwrap_or_default();
    }
    hit.language = request.accept_language.map(screen::language).unwrap_or_default();
    hit.hostname = hostname;
    set_acquisition(&mut hit, location, referrer, &Explicit::default(), site, with);
    hit.visitor = visitor::by_address(keys, site.id, request.address, request.user_agent);
    Ok(hit)
}

/// The host of an `Origin` or `Referer` header.
pub(super) fn host_of(header: &str) -> Option<String> {
    page::read(header, Accept::Url, false)
        .ok()
        .and_then(|location| location.hostname)
        .and_then(|host| normalize_host(&host))
}

fn set_agent(hit: &mut Hit, agent: &Agent) {
    hit.browser.clone_from(&agent.browser);
    hit.browser_version.clone_from(&agent.browser_version);
    hit.os.clone_from(&agent.os);
    hit.os_version.clone_from(&agent.os_version);
    agent.device.clone_into(&mut hit.device);
}

fn set_place(hit: &mut Hit, place: Place) {
    hit.country = place.country;
    hit.region = place.region;
    hit.city = place.city;
}

fn set_revenue(hit: &mut Hit, revenue: Option<&Revenue>) {
    hit.revenue_amount = revenue.map(|revenue| revenue.amount);
    hit.revenue_currency = revenue.map(|revenue| revenue.currency.clone());
}

/// Campaign tags, source, referrer and channel. An explicit tag wins over that of the URL before anything is derived.
fn set_acquisition(
    hit: &mut Hit,
    location: &Location,
    referrer: &str,
    explicit: &Explicit,
    site: &SiteRules,
    with: &Enrichment,
) {
    let tagged = |stated: &Option<String>, name: &str| match stated {
        Some(value) => value.clone(),
        None => location.query(name).map(cut).unwrap_or_default(),
    };
    hit.utm_source = tagged(&explicit.utm_source, "utm_source");
    hit.utm_medium = tagged(&explicit.utm_medium, "utm_medium");
    hit.utm_campaign = tagged(&explicit.utm_campaign, "utm_campaign");
    hit.utm_content = tagged(&explicit.utm_content, "utm_content");
    hit.utm_term = tagged(&explicit.utm_term, "utm_term");

    let own = |host: &str| host == hit.hostname || site.is_own(host);
    let referrer = referrer::read(referrer, own);
    let tag = Some(hit.utm_source.clone())
        .filter(|tag| !tag.is_empty())
        .or_else(|| ["source", "ref"].iter().find_map(|name| location.query(name)).map(cut));
    let origin = match explicit.source.as_deref() {
        Some("") => super::source::Origin::default(),
        Some(source) => with.sources.of_tag(source),
        None => with.sources.origin(tag.as_deref(), referrer.as_ref()),
    };
    let channel = with.channels.classify(Signals {
        origin: &origin,
        tag: tag.as_deref().unwrap_or_default(),
        medium: &hit.utm_medium,
        campaign: &hit.utm_campaign,
        query: &location.query,
    });
    channel.stored().clone_into(&mut hit.channel);
    hit.source = origin.source;
    hit.referrer = referrer.map(|referrer| referrer.text()).unwrap_or_default();
}

/// Attributes that an item states win over those derived. Tags and source have won already, where they are read.
fn set_explicit(hit: &mut Hit, explicit: Explicit) {
    let stated = [
        (&mut hit.source, explicit.source),
        (&mut hit.channel, explicit.channel),
        (&mut hit.country, explicit.country),
        (&mut hit.region, explicit.region),
        (&mut hit.city, explicit.city),
        (&mut hit.browser, explicit.browser),
        (&mut hit.browser_version, explicit.browser_version),
        (&mut hit.os, explicit.os),
        (&mut hit.os_version, explicit.os_version),
        (&mut hit.device, explicit.device),
        (&mut hit.screen, explicit.screen),
        (&mut hit.language, explicit.language),
    ];
    for (attribute, value) in stated {
        if let Some(value) = value {
            *attribute = value;
        }
    }
}

/// A tag out of a visitor's URL, cut to what is stored.
fn cut(text: &str) -> String {
    text.chars().take(limits::ATTRIBUTE).collect()
}

fn percent(value: Option<i64>) -> Option<i16> {
    value.and_then(|value| i16::try_from(value).ok())
}
