//! What of a site's numbers a caller may see. Only callers hand one out, and numbers are asked for with one only: there is no
//! way to forget it.

use haru_stats::query::{PanelName, Shown};
use haru_stats::time::Span;
use haru_stats::{Allowed, query};

/// See above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct View(Allowed);

impl View {
    /// All of it: that of members and of their tokens.
    pub(super) const WHOLE: Self = Self(Allowed::Everything);

    /// What is shown to the public.
    pub(super) fn of(shown: Shown) -> Self {
        Self(Allowed::Shown(shown))
    }

    /// For the engine.
    pub(crate) fn allowed(self) -> Allowed {
        self.0
    }

    /// The instants that are shown of a site whose timezone is `zone`.
    pub(crate) fn span(self, zone: chrono_tz::Tz, now: i64) -> Span {
        self.0.span(zone, now)
    }

    /// Whether a panel is shown.
    pub(crate) fn shows(self, panel: PanelName) -> bool {
        self.0.panels().contains(panel)
    }

    /// Whether what concerns those who run the site is told too: hits that were not counted, what should be mended.
    pub(crate) fn tells_operation(self) -> bool {
        self.0 == Allowed::Everything
    }
}

/// The panels that are stored as words; a word that this build does not know shows nothing.
pub(crate) fn panels(words: Option<&str>) -> query::PanelNames {
    match words {
        None => query::PanelNames::all(),
        Some(words) => words.split(' ').filter_map(PanelName::from_name).collect(),
    }
}
