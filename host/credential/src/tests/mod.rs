//! Proves what a user meets: which key is found, which error says what, and when a session is renewed.
//! Every error that any test meets is searched for the texts that stand for secrets.

mod bed;
mod chain;
mod identity;
mod instance;
mod process;
mod profiles;
mod renewal;
mod web;
