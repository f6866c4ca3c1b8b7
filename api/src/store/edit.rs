//! Changes of values that may be missing: to leave one is not to take it away.

use sea_orm::ActiveValue;

/// What becomes of a value that may be missing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Edit<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It becomes this, or goes.
    To(Option<T>),
}

impl<T> Edit<T> {
    /// The same of what a new value is turned into.
    pub(crate) fn and_then<U>(self, turn: impl FnOnce(T) -> Option<U>) -> Edit<U> {
        match self {
            Self::Keep => Edit::Keep,
            Self::To(value) => Edit::To(value.and_then(turn)),
        }
    }

    /// What it is afterwards.
    pub(crate) fn after<'v>(&'v self, before: Option<&'v T>) -> Option<&'v T> {
        match self {
            Self::Keep => before,
            Self::To(value) => value.as_ref(),
        }
    }

    /// True when it does not stay.
    pub(crate) fn is_edit(&self) -> bool {
        matches!(self, Self::To(_))
    }

    pub(super) fn or(self, before: ActiveValue<Option<T>>) -> ActiveValue<Option<T>>
    where
        Option<T>: Into<sea_orm::Value>,
    {
        match self {
            Self::Keep => before,
            Self::To(value) => ActiveValue::Set(value),
        }
    }
}
