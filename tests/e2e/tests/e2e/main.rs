//! The real binary against the contract of its command line and against every rule of its security.

mod broken;
mod build;
mod commands;
mod hostile;
mod inspect;
mod online;
mod outputs;
mod secrecy;
mod simulated;
mod words;
