//! Tokens that make a call happen once, however often it is sent (fault row 5).

use host_catalog::{Action, LostReply};
use host_model::Call;
use sha2::{Digest as _, Sha256};

use super::LiveDriver;

impl LiveDriver {
    /// The parameter and its token, for actions that have one. The same call in the same place of the same
    /// run gets the same token; a second equal call is meant to happen again, and gets another.
    pub(super) fn token(&mut self, action: &Action, call: &Call) -> Option<(String, String)> {
        let LostReply::Token(parameter) = &action.lost else { return None };
        let call = serde_json::to_string(call).unwrap_or_default();
        let text = format!("{}\n{}\n{call}", self.stage.run, self.step.id);
        let digest = Sha256::digest(text.as_bytes());
        let count = self.tokens.entry(digest.to_vec()).or_default();
        *count += 1;
        let hex =
            digest.iter().take(16).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        Some((parameter.clone(), format!("host-{hex}-{count}")))
    }
}
