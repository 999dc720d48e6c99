//! The shape of a workflow, and its registration.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// A workflow: reads its input, makes its calls, answers with a report.
pub trait Workflow {
    /// Read from JSON that the host has checked against the schema of `plugin.toml`.
    type Input: DeserializeOwned;

    /// Written as JSON; what the operator gets on standard output.
    type Output: Serialize;

    /// Does the work. The same input and replies must lead to the same calls.
    fn run(input: Self::Input) -> Result<Self::Output, Error>;
}

/// Registers a type that implements [`Workflow`] as what the component exports, and nothing else.
///
/// Outside `wasm32` it registers nothing, so that a workflow's own tests build and run anywhere.
#[macro_export]
macro_rules! export {
    ($workflow:ty) => {
        const _: fn(&str) -> ::core::result::Result<::std::string::String, $crate::Error> =
            $crate::registration::run::<$workflow>;

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Entry;

            impl $crate::registration::exports::host::workflow::entry::Guest for Entry {
                fn run(
                    input: ::std::string::String,
                ) -> ::core::result::Result<::std::string::String, $crate::Error> {
                    $crate::registration::run::<$workflow>(&input)
                }
            }

    $crate::registration::register!(Entry with_types_in $crate::registration);
        };
    };
}

/// What [`export!`] expands to; not for people.
#[doc(hidden)]
pub mod registration {
    pub use crate::bindings::{export as register, exports};

    use crate::{Error, ErrorKind, Workflow};

    /// Runs a workflow between JSON and JSON.
    pub fn run<W: Workflow>(input: &str) -> Result<String, Error> {
        let input = serde_json::from_str(input).map_err(|error| {
            let message = format!("cannot read the input: {error}");
            Error::new(ErrorKind::Invalid, "workflow.input-unreadable", message)
        })?;
        serde_json::to_string(&W::run(input)?).map_err(|error| {
            let message = format!("cannot write the report: {error}");
            Error::new(ErrorKind::Other("broken".to_owned()), "workflow.report-unwritable", message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Double;

    impl Workflow for Double {
        type Input = u32;
        type Output = u32;

        fn run(input: u32) -> Result<u32, Error> {
            Ok(input * 2)
        }
    }

    crate::export!(Double);

    #[test]
    fn runs_between_json_and_json() {
        assert_eq!(registration::run::<Double>("21").unwrap(), "42");
    }

    #[test]
    fn says_what_is_wrong_with_an_input() {
        let error = registration::run::<Double>("\"x\"").unwrap_err();
        assert_eq!(error.code, "workflow.input-unreadable");
        assert!(error.message.contains("expected u32"), "{}", error.message);
    }
}
