//! The mark on what a run makes: tags on roles and policies, a comment on users.

use host_catalog::{Action, Product};
use host_model::{Call, Value};
use serde_json::{Value as Json, json};

/// Characters that the comment of a RAM user may have.
const COMMENT_MAX: usize = 128;

/// The mark of a workflow's lineage, and the operator's own tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    key: String,
    lineage: String,
    tags: Vec<(String, String)>,
}

impl Mark {
    /// The mark `<key>=<lineage>`; `tags` go along wherever tags can be.
    pub fn new(key: &str, lineage: &str, tags: Vec<(String, String)>) -> Self {
        Self { key: key.to_owned(), lineage: lineage.to_owned(), tags }
    }

    /// The mark as text: what the comment of a user holds.
    pub fn text(&self) -> String {
        format!("{}={}", self.key, self.lineage)
    }

    /// Whether a comment holds the mark, as a word of its own.
    pub fn is_in(&self, comment: &str) -> bool {
        let text = self.text();
        comment.split([' ', '(', ')', ',', ';']).any(|word| word == text)
    }

    /// Puts the mark on a call that makes something which can carry it.
    pub(crate) fn put_on(&self, product: &Product, action: &Action, call: &mut Call) {
        match (product.key.as_str(), action.name.as_str()) {
            ("ram", "CreateRole" | "CreatePolicy") => self.tag(call),
            ("ram", "CreateUser") => self.comment(call),
            ("ims", "CreateUser") => {
                self.comment(call);
                self.tag(call);
            }
            _ => {}
        }
    }

    fn tag(&self, call: &mut Call) {
        let ours = std::iter::once((self.key.clone(), self.lineage.clone()));
        let ours = ours.chain(self.tags.iter().cloned());
        let slot = call.parameters.iter_mut().find(|(name, _)| name == "Tag");
        let mut tags = match &slot {
            Some((_, Value::Json(Json::Array(tags)))) => tags.clone(),
            _ => Vec::new(),
        };
        for (key, value) in ours {
            tags.retain(|tag| tag.get("Key").and_then(Json::as_str) != Some(key.as_str()));
            tags.push(json!({ "Key": key, "Value": value }));
        }
        let tags = Value::Json(Json::Array(tags));
        match slot {
            Some((_, value)) => *value = tags,
            None => call.parameters.push(("Tag".to_owned(), tags)),
        }
    }

    fn comment(&self, call: &mut Call) {
        let mark = self.text();
        let slot = call.parameters.iter_mut().find(|(name, _)| name == "Comments");
        match slot {
            Some((_, Value::Text(words))) => {
                let room = COMMENT_MAX.saturating_sub(mark.chars().count() + 3);
                let words_kept: String = words.chars().take(room).collect();
                *words = format!("{words_kept} ({mark})");
            }
            Some(_) => {}
            None => call.parameters.push(("Comments".to_owned(), Value::Text(mark))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_a_word_of_its_own() {
        let mark = Mark::new("host:workflow", "delegate", Vec::new());
        assert!(mark.is_in("made for arms (host:workflow=delegate)"));
        assert!(mark.is_in("host:workflow=delegate"));
        assert!(!mark.is_in("host:workflow=delegate-2"));
        assert!(!mark.is_in("xhost:workflow=delegate"));
    }
}
