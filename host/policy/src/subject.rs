//! Everything that the decision needs to know about one call.

use host_catalog::{Action, Product};
use host_model::{AccountId, Call};

use crate::Consent;

/// Everything that the decision needs to know about one call; the caller collects it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What is asked for, as the workflow asked: before the host adds anything of its own.
    pub call: &'a Call,
    /// The product, from the catalog.
    pub product: &'a Product,
    /// The action, from the catalog.
    pub action: &'a Action,
    /// The account that the caller acts in.
    pub account: &'a AccountId,
    /// What stands behind the policies that the call names: one for each document that
    /// [`crate::needs`] asks for.
    pub documents: &'a [Judged],
    /// What is known of the user that [`crate::needs`] asks for.
    pub user: Option<&'a UserFacts>,
    /// How this very call was agreed to. While planning, nothing is sent: judge a write as if a
    /// person had agreed, and drop the permit.
    pub consent: Consent,
}

/// A document that the call brings into force without containing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What it is for.
    pub kind: DocumentKind,
    /// What it belongs to, as [`crate::Need::what`] says it.
    pub what: String,
    /// The document; `None` if it could not be read, which is denied.
    pub text: Option<String>,
}

/// What a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// What identities may do.
    Permission,
    /// Who may assume a role.
    Trust,
}

/// What is known of a RAM user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFacts {
    /// Its name, exactly as [`crate::Need::User`] asked for it.
    pub name: String,
    /// Whether it carries the mark of this workflow's lineage.
    pub marked: bool,
}
