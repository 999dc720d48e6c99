//! Is this object ours? The host marks what a run makes; the mark is how a later run knows it.

use host_workflow_sdk::{Account, Error, ErrorKind, Tag, context, ram};

/// Whether an object may be worked on, and what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It carries the mark.
    Ours,
    /// It does not, and the operator lets the run take it over.
    Adopted,
}

/// What an existing user is to this run; an error if it is somebody else's.
///
/// Nobody can mark a user later, so its AccessKey needs the operator's word for that very user too.
pub(crate) fn claim_user(account: &Account, user: &ram::User) -> Result<Claim, Error> {
    let name = &user.user_name;
    decide(mentions(user.comments.as_deref(), &context::mark()), context::adopts(), || {
        foreign(account, "user", name).hint(format!(
            "give another name in `reporting-user`; or, to have an AccessKey made for this user, run \
             with `--adopt --allow user={name}`"
        ))
    })
}

/// The same for a custom policy, which carries the mark as tags.
pub(crate) fn claim_policy(account: &Account, name: &str) -> Result<Claim, Error> {
    let options = ram::ListTagResourcesOptions {
        resource_names: vec![name.to_owned()],
        ..Default::default()
    };
    let tags: Vec<Tag> = ram::list_tag_resources(account, "policy", &options)?
        .into_iter()
        .filter(|tagged| tagged.resource_name.eq_ignore_ascii_case(name))
        .map(|tagged| Tag { key: tagged.tag_key, value: tagged.tag_value })
        .collect();
    decide(carries(&tags, &context::mark_tags()), context::adopts(), || {
        let hint = "give another name, or run with `--adopt` to take it over";
        foreign(account, "policy", name).hint(hint)
    })
}

/// Puts the mark on a policy that was taken over.
pub(crate) fn adopt_policy(account: &Account, name: &str) -> Result<(), Error> {
    ram::tag_resources(account, "policy", &[name.to_owned()], &context::mark_tags())
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
    // As a word of its own: the mark of `ack` is the beginning of that of `ack-2`.
    let words = comments.unwrap_or_default().split([' ', '(', ')', ',', ';']);
    !mark.is_empty() && words.into_iter().any(|word| word == mark)
}

fn foreign(account: &Account, kind: &str, name: &str) -> Error {
    let message = format!(
        "{kind} `{name}` of account `{}` is there already and was not made by this workflow",
        account.id()
    );
    Error::new(ErrorKind::Conflict, "ack.object-foreign", message)
        .with("object", format!("ram:{kind}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_ours_only_with_the_whole_mark() {
        let mark = "host:workflow=ack";
        assert!(mentions(Some("reports (host:workflow=ack)"), mark));
        assert!(!mentions(Some("reports (host:workflow=ack-2)"), mark));
        assert!(!mentions(None, mark));
        assert!(!mentions(Some("reports"), ""));
        let tag = |key: &str| Tag { key: key.to_owned(), value: "x".to_owned() };
        assert!(carries(&[tag("a"), tag("b"), tag("c")], &[tag("c"), tag("a")]));
        assert!(!carries(&[tag("a")], &[tag("c"), tag("a")]));
        assert!(!carries(&[tag("a")], &[]));
    }

    #[test]
    fn a_foreign_object_needs_the_operators_word() {
        let refuse = || Error::new(ErrorKind::Conflict, "ack.object-foreign", "x");
        assert_eq!(decide(true, false, refuse).unwrap(), Claim::Ours);
        assert_eq!(decide(false, true, refuse).unwrap(), Claim::Adopted);
        assert_eq!(decide(false, false, refuse).unwrap_err().code, "ack.object-foreign");
    }
}
