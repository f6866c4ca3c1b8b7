//! Where sealing can be interrupted: tests end the process there, or the attempt.

use std::str::FromStr;

use crate::error::{Error, Result};

/// A step that was just taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Begun,
    Encoded,
    Stored,
    Verified,
    Committed,
    SomeBlocksCleared,
    BlocksCleared,
    APartCleared,
}

/// Debug builds end here as `kill -9` would, when `HARU_TEST_DIE_AT` names the step.
///
/// # Errors
/// In debug builds when `HARU_TEST_FAIL_AT` names the step.
pub(super) fn reached(step: Step) -> Result<()> {
    let is = |name: String| name == format!("{step:?}");
    if of_test("HARU_TEST_DIE_AT").is_some_and(is) {
        std::process::abort();
    }
    if of_test("HARU_TEST_FAIL_AT").is_some_and(is) {
        return Err(Error::internal("a test wanted it to fail"));
    }
    Ok(())
}

/// What a test asks of a debug build.
pub(super) fn of_test<T: FromStr>(name: &str) -> Option<T> {
    if !cfg!(debug_assertions) {
        return None;
    }
    std::env::var(name).ok()?.parse().ok()
}
