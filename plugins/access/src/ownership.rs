//! Is this object ours? The host marks what a run makes; the mark is how a later run knows it.

use host_workflow_sdk::{Account, Error, ErrorKind, Tag, context, ram};

/// Whether an object may be worked on, and what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It carries the mark.
    Ours,
    /// It does not, and the operator lets the run take it over: it gets the mark.
    Adopted,
}

/// Kinds of objects that carry their mark as tags.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tagged {
    Role,
    Policy,
}

impl Tagged {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Policy => "policy",
        }
    }
}

/// What an existing role or policy is to this run; an error if it is somebody else's.
pub(crate) fn claim(account: &Account, kind: Tagged, name: &str) -> Result<Claim, Error> {
    let ours = !marked(account, kind, &[name.to_owned()])?.is_empty();
    decide(ours, context::adopts(), || {
        let hint = "give another name, or run with `--adopt` to take it over";
        foreign(account, kind.as_str(), name).hint(hint)
    })
}

/// Which of these roles or policies carry the mark.
pub(crate) fn marked(
    account: &Account,
    kind: Tagged,
    names: &[String],
) -> Result<Vec<String>, Error> {
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

/// The same for a user, who carries the mark in a comment.
///
/// Nobody can mark a user later, so credentials for one of others need the operator's word for
/// that very user (`needs_credentials`).
pub(crate) fn claim_user(
    account: &Account,
    user: &ram::User,
    needs_credentials: bool,
) -> Result<Claim, Error> {
    decide(is_our_user(user), context::adopts(), || {
        foreign(account, "user", &user.user_name)
            .hint(user_hint(&user.user_name, needs_credentials))
    })
}

/// Whether an earlier run made the user.
pub(crate) fn is_our_user(user: &ram::User) -> bool {
    mentions(user.comments.as_deref(), &context::mark())
}

fn user_hint(name: &str, needs_credentials: bool) -> String {
    if needs_credentials {
        format!(
            "give another name; or, to have a password or an AccessKey made for this user, set \
             `existing` to true for it and run with `--allow user={name}`"
        )
    } else {
        "set `existing` to true for this user, give another name, or run with `--adopt`".to_owned()
    }
}

/// Puts the mark on a role or policy that was taken over.
pub(crate) fn adopt(account: &Account, kind: Tagged, name: &str) -> Result<(), Error> {
    ram::tag_resources(account, kind.as_str(), &[name.to_owned()], &context::mark_tags())
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

fn foreign(account: &Account, kind: &str, name: &str) -> Error {
    let message = format!(
        "{kind} `{name}` of account `{}` is there already and was not made by this workflow",
        account.id()
    );
    Error::new(ErrorKind::Conflict, "delegate.object-foreign", message)
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
    fn credentials_of_a_foreign_user_need_the_users_name() {
        assert!(user_hint("alice", true).contains("`--allow user=alice`"));
        assert!(!user_hint("alice", true).contains("--adopt"));
        assert!(user_hint("alice", false).contains("`--adopt`"));
    }

    #[test]
    fn a_foreign_object_needs_the_operators_word() {
        let refuse = || Error::new(ErrorKind::Conflict, "delegate.object-foreign", "x");
        assert_eq!(decide(true, false, refuse).unwrap(), Claim::Ours);
        assert_eq!(decide(false, true, refuse).unwrap(), Claim::Adopted);
        assert_eq!(decide(false, false, refuse).unwrap_err().code, "delegate.object-foreign");
    }
}
