//! The real binary, from the outside: what a user types, sees and finds on disk.
