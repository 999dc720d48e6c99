//! What a session of a role may do at most: the granted set of one account, as a session policy.
//!
//! ```text
//! manifest, policy file, catalog ─▶ GrantedSet ─▶ the finest document that fits ─▶ SessionPolicy
//! calls of a recorded run        ─┘  `set`          `coarse`, `document`
//!                                                   with the profile's own policy: `intersect`
//! ```
//!
//! The cloud judges with it what the rules here might miss. Two things must hold. **It allows whatever the
//! host itself may send**: it follows the ways in which a permit is had, and no others: the judgement of a
//! declared call, a purpose of the host's, a look, a key's removal, and an undo. **It is never left out**: what
//! does not fit is coarsened in steps that people are told of, within the products of the set; what cannot be
//! said in one document with the profile's own policy is refused.

mod coarse;
mod document;
mod fault;
mod intersect;
mod name;
mod set;
#[cfg(test)]
mod tests;

pub use coarse::Coarseness;
pub use document::SessionPolicy;
pub use fault::SessionFault;
pub use name::former_name;
pub use set::GrantedSet;
