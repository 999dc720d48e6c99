//! The built-in catalog: what it lets through, what it says of itself, and the contract it becomes.

mod call;
mod data;
mod given;
mod settings;
mod wit;
