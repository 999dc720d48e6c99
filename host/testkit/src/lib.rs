//! Helpers for tests: a clock by hand, a cloud in memory, output scanned for secrets.
