//! What regions and cities are called. Events hold their codes alone, which are shorter and the same in every language.
//!
//! The names are read out of the operator's geo database once, when somebody first looks at places: that takes a second or
//! two and some megabytes, which nobody pays who looks at none.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::geo::Geo;

/// Names kept, at most: more than there are cities in any database.
const NAMES_MAX: usize = 500_000;

/// English names by code.
#[derive(Default)]
pub(crate) struct PlaceNames {
    geo: Option<Arc<Geo>>,
    is_read: AtomicBool,
    names: OnceLock<HashMap<Box<str>, Box<str>>>,
}

impl fmt::Debug for PlaceNames {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PlaceNames({:?})", self.names.get().map(HashMap::len))
    }
}

impl PlaceNames {
    /// The names that a database holds.
    pub(crate) fn of(geo: Arc<Geo>) -> Self {
        Self { geo: Some(geo), ..Self::default() }
    }

    /// What a region (`BR-SP`) or a city (a `GeoNames` id) is called; `None` when that is not known, or not yet.
    pub(crate) fn name(&self, code: &str) -> Option<String> {
        self.names.get()?.get(code).map(ToString::to_string)
    }

    /// True for one who asks, who is to call [`PlaceNames::read`] then.
    pub(crate) fn are_to_be_read(&self) -> bool {
        self.geo.is_some() && !self.is_read.swap(true, Ordering::Relaxed)
    }

    /// Reads the names: to be done off the async threads.
    pub(crate) fn read(&self) {
        let Some(geo) = &self.geo else { return };
        let mut names = HashMap::new();
        geo.each_name(|code, name| {
            if names.len() < NAMES_MAX && !name.is_empty() {
                names.entry(code.into_boxed_str()).or_insert_with(|| name.into());
            }
        });
        tracing::info!(names = names.len(), "read the names of places out of the geo database");
        let _only_once = self.names.set(names);
    }
}
