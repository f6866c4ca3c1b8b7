//! Which attributes are columns, and where.

use super::dictionary::Codes;
use crate::dimension::VisitDimension;
use crate::event::Event;

/// Attributes that a visit takes from its first event.
pub(crate) const ATTRIBUTES: usize = 18;

/// The names of the attributes, which are those of [`Event`]'s fields, in the order of their columns.
pub(crate) const ATTRIBUTE_NAMES: [&str; ATTRIBUTES] = [
    "source",
    "referrer",
    "channel",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "device",
    "browser",
    "browser_version",
    "os",
    "os_version",
    "country",
    "region",
    "city",
    "language",
    "screen",
];

/// The attributes of an event in the order of their columns.
pub(crate) fn attributes<'e>(event: &Event<'e>) -> [&'e str; ATTRIBUTES] {
    [
        event.source,
        event.referrer,
        event.channel,
        event.utm_source,
        event.utm_medium,
        event.utm_campaign,
        event.utm_content,
        event.utm_term,
        event.device,
        event.browser,
        event.browser_version,
        event.os,
        event.os_version,
        event.country,
        event.region,
        event.city,
        event.language,
        event.screen,
    ]
}

/// An event that has the attributes, and blanks for all else: the inverse of [`attributes`].
pub(crate) fn with_attributes<'e>(attributes: &[&'e str; ATTRIBUTES]) -> Event<'e> {
    let [
        source,
        referrer,
        channel,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        device,
        browser,
        browser_version,
        os,
        os_version,
        country,
        region,
        city,
        language,
        screen,
    ] = *attributes;
    Event {
        source,
        referrer,
        channel,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        country,
        region,
        city,
        browser,
        browser_version,
        os,
        os_version,
        device,
        screen,
        language,
        ..Event::default()
    }
}

/// Where a visit dimension is found.
pub(super) enum Place {
    Attribute(usize),
    EntryPage,
    ExitPage,
    EntryHostname,
    ExitHostname,
}

pub(super) fn place(dimension: VisitDimension) -> Place {
    use VisitDimension as Visit;
    Place::Attribute(match dimension {
        Visit::EntryPage => return Place::EntryPage,
        Visit::ExitPage => return Place::ExitPage,
        Visit::EntryPageHostname => return Place::EntryHostname,
        Visit::ExitPageHostname => return Place::ExitHostname,
        Visit::Source => 0,
        Visit::Referrer => 1,
        Visit::Channel => 2,
        Visit::UtmSource => 3,
        Visit::UtmMedium => 4,
        Visit::UtmCampaign => 5,
        Visit::UtmContent => 6,
        Visit::UtmTerm => 7,
        Visit::Device => 8,
        Visit::Browser => 9,
        Visit::BrowserVersion => 10,
        Visit::Os => 11,
        Visit::OsVersion => 12,
        Visit::Country | Visit::CountryName => 13,
        Visit::Region | Visit::RegionName => 14,
        Visit::City | Visit::CityName => 15,
        Visit::Language => 16,
        Visit::Screen => 17,
    })
}

/// The coded columns of a day.
#[derive(Debug)]
pub(super) struct CodedColumns {
    // One code a row.
    pub(super) page: Codes,
    pub(super) hostname: Codes,
    pub(super) name: Codes,
    // One code a visit.
    pub(super) entry_page: Codes,
    pub(super) exit_page: Codes,
    pub(super) entry_hostname: Codes,
    pub(super) exit_hostname: Codes,
    pub(super) attributes: Vec<Codes>,
}

impl CodedColumns {
    pub(super) fn bytes(&self) -> usize {
        let of_rows = [&self.page, &self.hostname, &self.name];
        let of_visits = [&self.entry_page, &self.exit_page, &self.entry_hostname, &self.exit_hostname];
        of_rows.into_iter().chain(of_visits).chain(&self.attributes).map(Codes::bytes).sum()
    }
}
