//! Is this object ours? The host marks what a run makes; the mark is how a later run knows it.
//!
//! Roles and custom policies carry the mark as tags, users as a word of their comment. What carries
//! none was made by somebody else: it is an error (`workflow.object-foreign`) to work on it, unless the
//! operator lets the run take it over with `--adopt`.

use crate::{Account, Error, ErrorKind, Tag, context, ram};

/// Whether an object may be worked on, and what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It carries the mark.
    Ours,
    /// It does not, and the operator lets the run take it over: see [`adopt`].
    Adopted,
}

/// Kinds of objects that carry their mark as tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tagged {
    /// A RAM role.
    Role,
    /// A custom policy.
    Policy,
}

impl Tagged {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Policy => "policy",
        }
    }
}

/// What an existing role or policy is to this run; an error if it is somebody else's.
pub fn claim(account: &Account, kind: Tagged, name: &str) -> Result<Claim, Error> {
    let ours = !marked(account, kind, &[name.to_owned()])?.is_empty();
    decide(ours, context::adopts(), || {
        let hint = "give another name, or run with `--adopt` to take it over";
        foreign(account.id(), kind.as_str(), name).hint(hint)
    })
}

/// Which of these roles or policies carry the mark.
pub fn marked(account: &Account, kind: Tagged, names: &[String]) -> Result<Vec<String>, Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let options =
        ram::ListTagResourcesOptions { resource_names: names.to_vec(), ..Default::default() };
    let tagged = ram::list_tag_resources(account, kind.as_str(), &options)?;
    let mark = context::mark_tags();
    let is_marked = |name: &&String| {
        let own = tagged.iter().filter(|tagged| tagged.resource_name.eq_ignore_ascii_case(name));
        let tag = |it: &ram::Tagged| Tag { key: it.tag_key.clone(), value: it.tag_value.clone() };
        carries(&own.map(tag).collect::<Vec<_>>(), &mark)
    };
    Ok(names.iter().filter(is_marked).cloned().collect())
}

/// Puts the mark on a role or policy that was taken over.
pub fn adopt(account: &Account, kind: Tagged, name: &str) -> Result<(), Error> {
    ram::tag_resources(account, kind.as_str(), &[name.to_owned()], &context::mark_tags())
}

/// What an existing user is to this run; an error with this `hint` if it is somebody else's.
///
/// Nobody can mark a user later, and the host wants the operator's word for that very user
/// (`--allow user=…`) before it makes credentials: where they are wanted, the hint says so.
pub fn claim_user(account: &Account, user: &ram::User, hint: &str) -> Result<Claim, Error> {
    decide(is_our_user(user), context::adopts(), || {
        foreign(account.id(), "user", &user.user_name).hint(hint)
    })
}

/// Whether an earlier run made the user.
pub fn is_our_user(user: &ram::User) -> bool {
    mentions(user.comments.as_deref(), &context::mark())
}

fn decide(ours: bool, adopts: bool, foreign: impl Fn() -> Error) -> Result<Claim, Error> {
    match (ours, adopts) {
        (true, _) => Ok(Claim::Ours),
        (false, true) => Ok(Claim::Adopted),
        (false, false) => Err(foreign()),
    }
}

fn carries(tags: &[Tag], mark: &[Tag]) -> bool {
    let has = |wanted: &Tag| tags.iter().any(|t| t.key == wanted.key && t.value == wanted.value);
    !mark.is_empty() && mark.iter().all(has)
}

fn mentions(comments: Option<&str>, mark: &str) -> bool {
    // As a word of its own: the mark of `delegate` is the beginning of that of `delegate-2`.
    let words = comments.unwrap_or_default().split([' ', '(', ')', ',', ';']);
    !mark.is_empty() && words.into_iter().any(|word| word == mark)
}

fn foreign(account: &str, kind: &str, name: &str) -> Error {
    let message = format!(
        "{kind} `{name}` of account `{account}` is there already and was not made by this workflow"
    );
    Error::new(ErrorKind::Conflict, "workflow.object-foreign", message)
        .with("object", format!("ram:{kind}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Vec<Tag> {
        let tag = |(key, value): &(&str, &str)| Tag {
            key: (*key).to_owned(),
            value: (*value).to_owned(),
        };
        pairs.iter().map(tag).collect()
    }

    #[test]
    fn an_object_is_ours_only_with_the_whole_mark() {
        let mark = tags(&[("made-by", "host"), ("lineage", "delegate")]);
        assert!(carries(&tags(&[("lineage", "delegate"), ("x", "y"), ("made-by", "host")]), &mark));
        assert!(!carries(&tags(&[("made-by", "host")]), &mark));
        assert!(!carries(&tags(&[("made-by", "host"), ("lineage", "ack")]), &mark));
        assert!(!carries(&tags(&[("a", "b")]), &[]));
        let mark = "host:workflow=delegate";
        assert!(mentions(Some("on call (host:workflow=delegate)"), mark));
        assert!(mentions(Some(mark), mark));
        assert!(!mentions(Some("on call (host:workflow=delegate-2)"), mark));
        assert!(!mentions(Some("on call"), mark));
        assert!(!mentions(Some("on call"), ""));
        assert!(!mentions(None, mark));
    }

    #[test]
    fn a_foreign_object_needs_the_operators_word() {
        let refuse = || foreign("11", "user", "alice");
        assert_eq!(decide(true, false, refuse).unwrap(), Claim::Ours);
        assert_eq!(decide(false, true, refuse).unwrap(), Claim::Adopted);
        let error = decide(false, false, refuse).unwrap_err();
        assert_eq!(error.code, "workflow.object-foreign");
        assert_eq!(error.detail("object"), Some("ram:user/alice"));
        assert!(error.message.contains("`alice` of account `11`"), "{}", error.message);
    }
}
