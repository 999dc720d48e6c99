//! What a change added, and a document without it: others' statements stay as they are.

use crate::compare::atoms;
use crate::document::Document;
use crate::merge::lacking;

/// What `after` says that `before` does not say.
pub fn added(before: &Document, after: &Document) -> Document {
    less(after, before)
}

/// `existing` without what `added` says. Everything else stays, also where it stands in one statement
/// with it, and whatever was written meanwhile.
///
/// The result may have no statement left, and is no valid document then.
pub fn without(existing: &Document, added: &Document) -> Document {
    less(existing, added)
}

fn less(from: &Document, known: &Document) -> Document {
    let known = atoms(known);
    let mut rest = from.clone();
    rest.statements =
        from.statements.iter().filter_map(|statement| lacking(statement, &known)).collect();
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust(names: &[&str], condition: Option<&str>) -> Document {
        let names: Vec<String> =
            names.iter().map(|name| format!("acs:ram::123456:{name}")).collect();
        Document::parse(&crate::trust_document(&names, condition)).unwrap()
    }

    fn both(one: &Document, other: &Document) -> Document {
        crate::merge_trust(one, other).unwrap()
    }

    #[test]
    fn what_was_added_goes_and_nothing_else() {
        let (ours, theirs) = (trust(&["user/b", "user/c"], None), trust(&["user/a"], None));
        let after = both(&theirs, &ours);
        let came = added(&theirs, &after);
        assert!(came.means_same(&ours));
        let cases = [
            ("as it was left", after.clone(), trust(&["user/a"], None)),
            (
                "one statement for all",
                trust(&["user/a", "user/b", "user/c"], None),
                trust(&["user/a"], None),
            ),
            (
                "somebody came",
                both(&after, &trust(&["user/d"], None)),
                trust(&["user/a", "user/d"], None),
            ),
            ("somebody took ours", theirs.clone(), theirs.clone()),
            (
                "another rule for the same",
                trust(&["user/b"], Some("x1")),
                trust(&["user/b"], Some("x1")),
            ),
        ];
        for (name, now, expected) in cases {
            assert!(without(&now, &came).means_same(&expected), "{name}");
        }
        assert!(without(&ours, &came).statements().is_empty());
    }

    #[test]
    fn what_was_there_before_is_not_ours() {
        let before = trust(&["user/a", "user/b"], None);
        let came = added(&before, &both(&before, &trust(&["user/b", "user/c"], None)));
        assert!(came.means_same(&trust(&["user/c"], None)));
    }
}
