//! Changes of values that may be missing, as bodies tell them.

use poem_openapi::types::{MaybeUndefined, ParseFromJSON, ToJSON};

use crate::store::Edit;

/// What a key says: nothing, null, or a value.
pub(super) fn given<T: ParseFromJSON + ToJSON>(value: MaybeUndefined<T>) -> Edit<T> {
    match value {
        MaybeUndefined::Undefined => Edit::Keep,
        MaybeUndefined::Null => Edit::To(None),
        MaybeUndefined::Value(value) => Edit::To(Some(value)),
    }
}
