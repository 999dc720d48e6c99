//! The real binary against the contract of its command line and against every rule of its security.

mod broken;
mod build;
mod commands;
mod consent;
mod contract;
mod delegate;
mod dialogue;
mod hostile;
mod inspect;
mod interrupted;
mod online;
mod permitted;
mod planned;
mod policy;
mod progress;
mod recorded;
mod reporting;
mod roles;
mod scenarios;
mod secrecy;
mod served;
mod simulated;
mod undo;
mod vault;
mod words;
