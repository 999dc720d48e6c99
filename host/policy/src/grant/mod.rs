//! What an operator grants in a policy file, and what that means for one call.
//!
//! ```text
//! text ─▶ PolicyFile ─▶ Grants (of one run: its workflow, its accounts) ─▶ every call: granted or not
//!         `file`, `read`  `grants`                                          `verdict`
//! ```
//!
//! With such a file a call leaves if the manifest declares it *and* a rule grants it; without one, a
//! person's yes or a vetted digest decides as before. A rule matches by workflow, account, action,
//! objects and parameters. Its `allow` holds words of `--allow`, which then count for the calls of this
//! rule alone. A class of risk is never part of an action pattern: it has to stand there.
//!
//! What is not understood is refused while the file is read: a field, an action, a parameter or a word
//! that nobody knows, and a rule or a file that grants nothing.

mod condition;
mod explain;
mod fault;
mod file;
mod grants;
mod kind;
mod literal;
mod near;
mod object;
mod offer;
mod pattern;
mod read;
mod resource;
mod scope;
mod standing;
mod verdict;

pub use explain::{Asking, Explained, RuleExplained, Unallowed};
pub use fault::PolicyFault;
pub use file::{Mode, PolicyFile, Reads};
pub use grants::{Grants, RunFacts};
pub use offer::RULE;
pub use standing::{ActionExplained, Standing};

pub(crate) use offer::offered;
pub(crate) use scope::Scope;
pub(crate) use verdict::{audit, judge};
