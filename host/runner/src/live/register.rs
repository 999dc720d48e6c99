//! What takes a change back, as the workflow registers it: judged now, called by nobody but an undo.

use host_model::{Call, CallError};
use host_policy::Consent;
use host_runtime::Answer;

use super::LiveDriver;
use super::judge::Brief;

impl LiveDriver {
    /// Takes the call that takes the next change back, if an undo might make it.
    pub(super) fn register(&self, call: &Call) -> Answer {
        match self.check_registered(call.clone()) {
            Ok(()) => Answer::Done,
            Err(error) => Answer::Error { error },
        }
    }

    fn check_registered(&self, mut call: Call) -> Result<(), CallError> {
        let identity = self.identity(&call.identity)?;
        let (product, action) = self.resolve(&call)?;
        product.normalize(action, &mut call);
        let brief = Brief {
            call: &call,
            product,
            action,
            identity: &identity,
            documents: Vec::new(),
            user: None,
        };
        let subject = brief.subject(Consent::None);
        host_policy::judge_registration(&self.stage.scene, &subject).map_err(CallError::from)
    }
}
