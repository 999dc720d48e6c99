//! Versions of software, in their order.

use std::cmp::Ordering;

/// Compares the numbers in two versions: 3.0.9 comes before 3.0.14. What follows a `-` is no number.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    numbers(left).cmp(&numbers(right))
}

/// Whether `version` is `least` or later.
pub(crate) fn reaches(version: &str, least: &str) -> bool {
    compare(version, least) != Ordering::Less
}

fn numbers(version: &str) -> Vec<u64> {
    let core = version.trim_start_matches('v').split('-').next().unwrap_or_default();
    core.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers() {
        assert!(reaches("3.0.14", "3.0.9"));
        assert!(!reaches("3.0.9", "3.0.14"));
        assert!(reaches("1.30.1-aliyun.1", "1.16"));
        assert!(reaches("v1.9.3.10-7dfca203-aliyun", "1.9.3.2"));
    }
}
