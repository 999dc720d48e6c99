//! A run from start to end: open accounts, drive calls, keep secrets, give the verdict.
