//! Captured requests of the official Python SDK, as plain data.

use host_testkit::{Captured, captured as all_captured, workspace};

/// All captured requests that are signed.
pub(crate) fn captured() -> Vec<Captured> {
    let all = all_captured(&workspace().join("tests/wire")).into_iter();
    let signed: Vec<Captured> = all.filter(|captured| captured.is_signed).collect();
    assert!(signed.len() > 150, "{}", signed.len());
    signed
}
