//! One recorded action of a day that is still open, as it was stored until migration 18 packed many into one row.

use sea_orm_migration::sea_orm;
use sea_orm_migration::sea_orm::entity::prelude::*;

/// One event. Empty text is blank.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub(crate) struct Model {
    /// Order of arrival within the node that wrote it.
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    /// The site.
    pub(crate) site_id: i64,
    /// When it happened.
    pub(crate) at: i64,
    /// Which node wrote it.
    pub(crate) node: i64,
    /// In which of its batches.
    pub(crate) seq: i64,
    /// 0 pageview, 1 custom, 2 engagement (an increment), 3 duration (cumulative).
    pub(crate) kind: i16,
    /// Event name.
    pub(crate) name: String,
    /// Visitor id of the site's local day.
    pub(crate) visitor: i64,
    /// Host of the page.
    pub(crate) hostname: String,
    /// Path of the page.
    pub(crate) page: String,
    /// Source.
    pub(crate) source: String,
    /// Referring URL without scheme, `www.` and query.
    pub(crate) referrer: String,
    /// Channel.
    pub(crate) channel: String,
    /// As tagged.
    pub(crate) utm_source: String,
    /// As tagged.
    pub(crate) utm_medium: String,
    /// As tagged.
    pub(crate) utm_campaign: String,
    /// As tagged.
    pub(crate) utm_content: String,
    /// As tagged.
    pub(crate) utm_term: String,
    /// ISO 3166-1 alpha-2.
    pub(crate) country: String,
    /// ISO 3166-2.
    pub(crate) region: String,
    /// Geoname id or name.
    pub(crate) city: String,
    /// Name.
    pub(crate) browser: String,
    /// Major version.
    pub(crate) browser_version: String,
    /// Name.
    pub(crate) os: String,
    /// At most major.minor.
    pub(crate) os_version: String,
    /// `Desktop`, `Mobile`, `Tablet`.
    pub(crate) device: String,
    /// Class by width.
    pub(crate) screen: String,
    /// Such as `pt-BR`.
    pub(crate) language: String,
    /// Properties as a JSON object.
    pub(crate) props: Option<String>,
    /// Thousandths of the currency's unit.
    pub(crate) revenue_amount: Option<i64>,
    /// ISO 4217.
    pub(crate) revenue_currency: Option<String>,
    /// False: does not end a bounce.
    pub(crate) interactive: bool,
    /// Engaged time: an increment or a cumulative value, by kind.
    pub(crate) engaged_ms: i64,
    /// Percent, 0 to 100.
    pub(crate) scroll_depth: Option<i16>,
    /// Verdict: 0 human.
    pub(crate) bot: i16,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
