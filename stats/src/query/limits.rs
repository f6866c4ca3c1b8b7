//! Bounds of a query, so that none can take more than its share.

use std::ops::RangeInclusive;

/// Rows of one answer, and the default limit.
pub const ROWS: u64 = 10_000;
/// Dimensions of one query.
pub const DIMENSIONS: usize = 8;
/// Filters inside filters, the top level being 1.
pub const FILTER_DEPTH: usize = 16;
/// Clauses of all filters of a query together.
pub const CLAUSES: usize = 1_000;
/// Filters, logical ones included, of a query together.
pub const FILTERS: usize = 1_000;
/// Regular expressions and wildcards of a query together.
pub const PATTERNS: usize = 100;
/// Regular expressions of a query together: the largest ones may take a tenth of a second for a long text each.
pub const REGEXES: usize = 20;
/// Characters of the key in `event:props:<key>`: no stored one is longer.
pub const PROPERTY_KEY: usize = 300;
/// Bytes of one clause.
pub const CLAUSE_BYTES: usize = 2_000;
/// Bytes that one compiled regular expression may take.
pub const REGEX_BYTES: usize = 256 * 1024;
/// Buckets of a time series.
pub const BUCKETS: usize = 50_000;
/// Days of a period `Nd`.
pub const DAYS: u32 = 5_000;
/// Months of a period `Nmo`.
pub const MONTHS: u32 = 240;
/// Years that dates of a range may name.
pub const YEARS: RangeInclusive<i32> = 1970..=9998;
