//! How a command ended on a machine, from what the cloud says of it.

use host_workflow_sdk::ecs::InvocationResult;

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With exit code 0.
    Done {
        /// What the host let through: all of it, or declared markers.
        output: String,
    },
    /// It never reached the machine, so that it may be sent again.
    Lost {
        /// The cloud's word for why.
        code: String,
    },
    /// It failed.
    Failed(Failure),
}

/// What is known of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) exit_code: Option<i64>,
    /// Whether the script may be at work there all the same: only a look can tell.
    pub(crate) may_go_on: bool,
    /// In words.
    pub(crate) reason: String,
}

impl Failure {
    /// A failure without an exit code.
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { exit_code: None, may_go_on: false, reason: reason.into() }
    }
}

/// Words for commands that did not get to the machine; others mean that something ran.
const LOST: [&str; 6] = [
    "ClientIsUpgrading",
    "ClientNetworkBlocked",
    "ClientNotResponse",
    "ClientNotRunning",
    "DeliveryTimeout",
    "InstanceNotRunning",
];

/// Words for commands that have not ended.
const GOING: [&str; 4] = ["Pending", "Running", "Scheduled", "Stopping"];

/// How it ended; `None` if it has not.
///
/// Only one status with one exit code is a success. Everything else that is not on its way is a
/// failure, words that came later than this workflow included.
pub(crate) fn of(result: &InvocationResult) -> Option<Ending> {
    let status = result.invocation_status.as_str();
    if GOING.contains(&status) {
        return None;
    }
    let code = result.error_code.as_deref().filter(|code| !code.is_empty());
    if status == "Success" && result.exit_code.unwrap_or_default() == 0 && code.is_none() {
        return Some(Ending::Done { output: result.output.clone().unwrap_or_default() });
    }
    if let Some(code) = code.filter(|code| LOST.contains(code)) {
        return Some(Ending::Lost { code: code.to_owned() });
    }
    let exit_code = result.exit_code.filter(|exit| *exit != 0);
    let may_go_on = code == Some("ExecutionTimeout");
    Some(Ending::Failed(Failure { exit_code, may_go_on, reason: reason(status, code, exit_code) }))
}

fn reason(status: &str, code: Option<&str>, exit_code: Option<i64>) -> String {
    let meaning = exit_code.and_then(meaning);
    match (meaning, code, exit_code) {
        (Some(meaning), ..) => meaning.to_owned(),
        (None, Some("ExecutionTimeout"), _) => {
            "the time limit passed; the script may still be at work there".to_owned()
        }
        (None, Some(code), Some(exit)) => format!("`{code}`, exit code {exit}"),
        (None, Some(code), None) => format!("`{code}`"),
        (None, None, _) => format!("it ended as `{status}`"),
    }
}

/// What the scripts mean by their exit codes.
const fn meaning(exit_code: i64) -> Option<&'static str> {
    Some(match exit_code {
        10 => "the language is not installed there",
        11 => "the agent cannot be downloaded there",
        12 => "the service is not there",
        13 => "the script was given a parameter that it does not accept",
        14 => "a tool is missing there (unzip, sha256sum, curl or wget)",
        15 => "somebody else's agent or file is in the place of ours",
        16 => "there is no space for the agent",
        17 => "the package is not the one that the other machines got",
        18 => "another run is at work on the machine",
        19 => "the service does not start with the change, and got back what it had",
        143 => "the script was stopped, and took back what it had done",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(status: &str, code: &str, exit_code: Option<i64>) -> InvocationResult {
        InvocationResult {
            invocation_status: status.to_owned(),
            error_code: Some(code.to_owned()),
            exit_code,
            output: Some("out".to_owned()),
            ..Default::default()
        }
    }

    #[test]
    fn only_one_status_is_a_success() {
        let done = Some(Ending::Done { output: "out".to_owned() });
        assert_eq!(of(&result("Success", "", Some(0))), done);
        assert_eq!(of(&result("Success", "", None)), done);
        for status in ["Pending", "Running", "Scheduled", "Stopping"] {
            assert_eq!(of(&result(status, "", None)), None, "{status}");
        }
        for (status, code, exit) in [
            ("Success", "", Some(1)),
            ("Success", "ExitCodeNonzero", Some(0)),
            ("Finished", "", Some(0)),
            ("PartialFailed", "", Some(0)),
            ("Timeout", "ExecutionTimeout", None),
            ("Cancelled", "", None),
            ("Terminated", "", None),
            ("Aborted", "InstanceNotExists", None),
            ("SomethingNew", "", Some(0)),
            ("", "", Some(0)),
        ] {
            let ending = of(&result(status, code, exit));
            let Some(Ending::Failed(failure)) = &ending else {
                panic!("{status} {code}: {ending:?}");
            };
            assert_eq!(failure.may_go_on, code == "ExecutionTimeout");
        }
    }

    #[test]
    fn what_never_arrived_may_be_sent_again() {
        for code in ["ClientNotRunning", "ClientNotResponse", "DeliveryTimeout"] {
            let ending = of(&result("Aborted", code, None));
            assert_eq!(ending, Some(Ending::Lost { code: code.to_owned() }));
        }
    }

    #[test]
    fn exit_codes_of_the_scripts_are_explained() {
        let Some(Ending::Failed(failure)) = of(&result("Failed", "ExitCodeNonzero", Some(17)))
        else {
            panic!("not a failure");
        };
        assert_eq!(failure.exit_code, Some(17));
        assert!(failure.reason.contains("the other machines"), "{}", failure.reason);
        let other = of(&result("Failed", "ExitCodeNonzero", Some(3)));
        let Some(Ending::Failed(other)) = other else { panic!("not a failure") };
        assert_eq!(other.reason, "`ExitCodeNonzero`, exit code 3");
    }

    #[test]
    fn every_exit_code_of_the_scripts_has_a_meaning() {
        let scripts = [
            include_str!("../scripts/look.sh"),
            include_str!("../scripts/fetch.sh"),
            include_str!("../scripts/install.sh"),
            include_str!("../scripts/uninstall.sh"),
        ];
        let codes = scripts
            .iter()
            .flat_map(|script| script.split("fail ").skip(1))
            .filter_map(|rest| rest.split(' ').next().and_then(|code| code.parse::<i64>().ok()));
        for code in codes {
            assert!(meaning(code).is_some(), "{code}");
        }
    }
}
