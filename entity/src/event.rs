//! One recorded action of a day that is still open: narrow, append-only.

use sea_orm::entity::prelude::*;

/// One event. Empty text is blank.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// Order of arrival within the node that wrote it.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The site.
    pub site_id: i64,
    /// When it happened.
    pub at: i64,
    /// Which node wrote it.
    pub node: i64,
    /// In which of its batches.
    pub seq: i64,
    /// 0 pageview, 1 custom, 2 engagement (an increment), 3 duration (cumulative).
    pub kind: i16,
    /// Event name.
    pub name: String,
    /// Visitor id of the site's local day.
    pub visitor: i64,
    /// Host of the page.
    pub hostname: String,
    /// Path of the page.
    pub page: String,
    /// Source.
    pub source: String,
    /// Referring URL without scheme, `www.` and query.
    pub referrer: String,
    /// Channel.
    pub channel: String,
    /// As tagged.
    pub utm_source: String,
    /// As tagged.
    pub utm_medium: String,
    /// As tagged.
    pub utm_campaign: String,
    /// As tagged.
    pub utm_content: String,
    /// As tagged.
    pub utm_term: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// ISO 3166-2.
    pub region: String,
    /// Geoname id or name.
    pub city: String,
    /// Name.
    pub browser: String,
    /// Major version.
    pub browser_version: String,
    /// Name.
    pub os: String,
    /// At most major.minor.
    pub os_version: String,
    /// `Desktop`, `Mobile`, `Tablet`.
    pub device: String,
    /// Class by width.
    pub screen: String,
    /// Such as `pt-BR`.
    pub language: String,
    /// Properties as a JSON object.
    pub props: Option<String>,
    /// Thousandths of the currency's unit.
    pub revenue_amount: Option<i64>,
    /// ISO 4217.
    pub revenue_currency: Option<String>,
    /// False: does not end a bounce.
    pub interactive: bool,
    /// Engaged time: an increment or a cumulative value, by kind.
    pub engaged_ms: i64,
    /// Percent, 0 to 100.
    pub scroll_depth: Option<i16>,
    /// Verdict: 0 human.
    pub bot: i16,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
