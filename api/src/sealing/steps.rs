//! Where sealing can be interrupted: tests end the process there.

/// A step that was just taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Begun,
    Encoded,
    Stored,
    Verified,
    Committed,
    SomeRowsCleared,
    RowsCleared,
    APartCleared,
}

/// Debug builds end here as `kill -9` would, when `HARU_TEST_DIE_AT` names the step.
pub(super) fn reached(step: Step) {
    if cfg!(debug_assertions) && std::env::var("HARU_TEST_DIE_AT").is_ok_and(|name| name == format!("{step:?}")) {
        std::process::abort();
    }
}
