//! The offline cloud, asked as a client asks it: signed requests in, replies out.

mod errors;
mod faults;
mod life;
mod paging;
mod permissions;
mod persistence;
mod scenarios;
mod server;
mod signatures;
mod stage;
mod wire;
