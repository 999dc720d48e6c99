//! Proves the decision against the table of `tests/grants`.

// `cfg(test)` always holds here; it tells the lints that these modules are tests throughout.
#[cfg(test)]
mod file;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod monotone;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod table;
