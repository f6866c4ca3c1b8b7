//! The columns of the format.

use parquet::errors::ParquetError;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::TypePtr;
use std::sync::Arc;

use crate::day::{ATTRIBUTE_NAMES, ATTRIBUTES, attributes, with_attributes};
use crate::event::{Event, EventKind, Revenue};

/// Number of the format that is written. Readers know it and all before it.
pub const FORMAT: u32 = 1;

/// Keys of the file's metadata.
pub(super) mod key {
    pub(in crate::segment) const FORMAT: &str = "haru.format";
    pub(in crate::segment) const FROM: &str = "haru.from";
    pub(in crate::segment) const TO: &str = "haru.to";
    pub(in crate::segment) const PART: &str = "haru.part";
    pub(in crate::segment) const EVENTS: &str = "haru.events";
    pub(in crate::segment) const CHECKSUM: &str = "haru.checksum";
}

/// A column of the file, in words and numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Time,
    Visitor,
    Kind,
    Text(Text),
    Interactive,
    EngagedMs,
    ScrollDepth,
    RevenueAmount,
}

/// A dictionary-coded column of texts; blank is the empty text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Name,
    Hostname,
    Page,
    /// By its place among the attributes of a visit.
    Attribute(usize),
    Props,
    RevenueCurrency,
}

impl Text {
    /// How many there are.
    pub(super) const COUNT: usize = 5 + ATTRIBUTES;

    /// All of them, in the order of [`texts`].
    pub(super) fn all() -> [Self; Self::COUNT] {
        std::array::from_fn(|index| match index {
            0 => Self::Name,
            1 => Self::Hostname,
            2 => Self::Page,
            3 => Self::Props,
            4 => Self::RevenueCurrency,
            _ => Self::Attribute(index - 5),
        })
    }

    /// Its place in [`Self::all`].
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Name => 0,
            Self::Hostname => 1,
            Self::Page => 2,
            Self::Props => 3,
            Self::RevenueCurrency => 4,
            Self::Attribute(index) => 5 + index,
        }
    }

    /// The name of its column.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Hostname => "hostname",
            Self::Page => "page",
            Self::Props => "props",
            Self::RevenueCurrency => "revenue_currency",
            Self::Attribute(index) => ATTRIBUTE_NAMES[index],
        }
    }
}

impl Field {
    /// The columns in the order of the file.
    pub(super) fn all() -> Vec<Self> {
        let attributes = (0..ATTRIBUTES).map(|index| Self::Text(Text::Attribute(index)));
        [Self::Time, Self::Visitor, Self::Kind]
            .into_iter()
            .chain([Text::Name, Text::Hostname, Text::Page].map(Self::Text))
            .chain(attributes)
            .chain([Self::Text(Text::Props), Self::Interactive, Self::EngagedMs, Self::ScrollDepth])
            .chain([Self::RevenueAmount, Self::Text(Text::RevenueCurrency)])
            .collect()
    }

    /// The name of the column.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Visitor => "visitor",
            Self::Kind => "kind",
            Self::Text(text) => text.name(),
            Self::Interactive => "interactive",
            Self::EngagedMs => "engaged_ms",
            Self::ScrollDepth => "scroll_depth",
            Self::RevenueAmount => "revenue_amount",
        }
    }

    /// The column's type in Parquet's schema language.
    fn definition(self) -> String {
        let name = self.name();
        match self {
            Self::Time => format!("required int64 {name} (TIMESTAMP(MILLIS,true));"),
            Self::Visitor => format!("required int64 {name};"),
            Self::Kind | Self::Text(_) => format!("required binary {name} (STRING);"),
            Self::Interactive => format!("required boolean {name};"),
            Self::EngagedMs => format!("required int32 {name} (INTEGER(32,false));"),
            Self::ScrollDepth => format!("optional int32 {name} (INTEGER(8,false));"),
            Self::RevenueAmount => format!("optional int64 {name} (DECIMAL(18,3));"),
        }
    }
}

/// The schema of a file with these columns.
pub(super) fn schema(fields: &[Field]) -> Result<TypePtr, ParquetError> {
    let columns: String = fields.iter().map(|field| field.definition()).collect();
    parse_message_type(&format!("message event {{ {columns} }}")).map(Arc::new)
}

/// The texts of an event in the order of [`Text::all`].
pub(super) fn texts<'e>(event: &Event<'e>) -> [&'e str; Text::COUNT] {
    let attributes = attributes(event);
    let currency = event.revenue.map_or("", |revenue| revenue.currency);
    let others = [event.name, event.hostname, event.page, event.props.unwrap_or_default(), currency];
    std::array::from_fn(|index| others.get(index).copied().unwrap_or_else(|| attributes[index - others.len()]))
}

/// An event of texts and an amount of revenue: the inverse of [`texts`]. Its numbers are left to the caller.
pub(super) fn event_of<'e>(text: impl Fn(Text) -> &'e str, revenue: Option<i64>) -> Event<'e> {
    let currency = text(Text::RevenueCurrency);
    Event {
        name: text(Text::Name),
        hostname: text(Text::Hostname),
        page: text(Text::Page),
        props: Some(text(Text::Props)).filter(|props| !props.is_empty()),
        revenue: revenue.map(|amount_thousandths| Revenue { amount_thousandths, currency }),
        ..with_attributes(&std::array::from_fn(|index| text(Text::Attribute(index))))
    }
}

/// How the kind is written.
pub(super) fn kind_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Pageview => "pageview",
        EventKind::Custom => "custom",
        EventKind::Engagement => "engagement",
        EventKind::Duration => "duration",
    }
}

/// The kind of a written name.
pub(super) fn kind_of(name: &str) -> Option<EventKind> {
    [EventKind::Pageview, EventKind::Custom, EventKind::Engagement, EventKind::Duration]
        .into_iter()
        .find(|kind| kind_name(*kind) == name)
}
