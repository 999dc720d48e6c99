//! A workflow that tries to break every rule, one attack for each.
//!
//! The input names the attack; the output is what each attempt got: an error with kind and code, or
//! what came back. Whether that is right is for the test to say, which knows the rule. An attack that
//! needs something of its own first (a user, a role, a secret) makes it, and says if it could not.
//!
//! ```text
//! {"attack": "extra-owned"} ─▶ {"attack": "extra-owned", "got": [{"what": "Action", "kind": "denied", …}]}
//! ```

mod addons;
mod attempt;
mod calls;
mod commands;
mod documents;
mod field;
mod greed;
mod identities;
mod ownership;
mod planned;
mod proofs;
mod replies;
mod sinks;
mod vault;
mod words;

use host_workflow_sdk::{Error, ErrorKind, Workflow, export};
use serde::Serialize;
use serde_json::Value as Json;

use attempt::Attempts;
use field::{Field, Input};

/// The workflow.
#[derive(Debug)]
pub struct Hostile;

/// What every attempt got.
#[derive(Debug, Serialize)]
pub struct Spoils {
    attack: String,
    got: Vec<Json>,
}

type Attack = fn(&Field, &mut Attempts) -> Result<(), Error>;

/// Every attack, by name.
const ATTACKS: [(&str, Attack); 61] = [
    ("call-uncatalogued", calls::uncatalogued),
    ("call-undeclared", calls::undeclared),
    ("call-through-wrong-interface", calls::wrong_interface),
    ("extra-owned", calls::owned),
    ("extra-overriding", calls::overriding),
    ("assume-generic", identities::assume_generic),
    ("assume-foreign", identities::assume_foreign),
    ("open-unbound", identities::open_unbound),
    ("reply-access-key", replies::access_key),
    ("reply-session", replies::session),
    ("reply-license-key", replies::license_key),
    ("secret-as-text", sinks::secret_as_text),
    ("text-as-secret", sinks::text_as_secret),
    ("secret-of-wrong-kind", sinks::secret_of_wrong_kind),
    ("password-of-another", sinks::password_of_another),
    ("reporting-key", addons::reporting_key),
    ("addon-read-back", addons::read_back),
    ("addon-write-back", addons::write_back),
    ("license-key", commands::license_key),
    ("command-closed", commands::closed),
    ("command-output", commands::output),
    ("command-output-of-another", commands::output_of_another),
    ("command", commands::ask),
    ("purchase", commands::buy),
    ("proof-moves", proofs::moves),
    ("paths", calls::paths),
    ("trust-open", documents::trust_open),
    ("trust-widened", documents::trust_widened),
    ("admin-attached", documents::admin_attached),
    ("admin-document", documents::admin_document),
    ("admin-version", documents::admin_version),
    ("admin-default", documents::admin_default),
    ("foreign-user", ownership::foreign_user),
    ("forge-mark", ownership::forge_mark),
    ("forge-mark-of-another", ownership::forge_mark_of_another),
    ("own-user", ownership::own_user),
    ("planned-more", planned::more),
    ("planned-other", planned::other),
    ("planned-order", planned::order),
    ("planned-wider", planned::wider),
    ("planned-apart", planned::apart),
    ("planned-refused", planned::refused),
    ("planned-maybe", planned::maybe),
    ("planned-maybe-other", planned::maybe_other),
    ("planned-maybe-unsaid", planned::maybe_unsaid),
    ("planned-maybe-twice", planned::maybe_twice),
    ("fingerprint", vault::fingerprint),
    ("vault-keep", vault::keep),
    ("vault-find", vault::find),
    ("words", words::words),
    ("words-in-error", words::in_error),
    ("claims", words::claims),
    ("words-in-call", words::in_call),
    ("words-of-the-cloud", words::of_the_cloud),
    ("forged-denial", words::forged_denial),
    ("give-up", words::give_up),
    ("log-flood", greed::log_flood),
    ("oversleep", greed::oversleep),
    ("nest", greed::nest),
    ("busy", greed::busy),
    ("endless", greed::endless),
];

impl Workflow for Hostile {
    type Input = Input;
    type Output = Spoils;

    fn run(input: Input) -> Result<Spoils, Error> {
        let field = Field::new(input);
        let name = field.input.attack.clone();
        let Some((_, attack)) = ATTACKS.iter().find(|(known, _)| *known == name) else {
            let message = format!("there is no attack `{name}`");
            return Err(Error::new(ErrorKind::Invalid, "hostile.attack-unknown", message));
        };
        let mut attempts = Attempts::default();
        attack(&field, &mut attempts)?;
        Ok(Spoils { attack: name, got: attempts.into_json() })
    }
}

export!(Hostile);
