//! The offline cloud, asked as a client asks it: signed requests in, replies out.

// `cfg(test)` always holds here; it tells the lints that these modules are tests throughout.
#[cfg(test)]
mod errors;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod life;
#[cfg(test)]
mod paging;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod persistence;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod server;
#[cfg(test)]
mod signatures;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod wire;
