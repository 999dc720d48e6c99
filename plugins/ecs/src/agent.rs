//! The agents that can be installed, by language.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language's agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Agent {
    Java,
    Python,
    Go,
}

impl Agent {
    /// The word that scripts know.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Java => "java",
            Self::Python => "python",
            Self::Go => "go",
        }
    }

    /// How ARMS calls the download; the agent for Python comes from Python's own index.
    pub(crate) const fn download(self) -> Option<&'static str> {
        match self {
            Self::Java => Some("JavaAgent"),
            Self::Go => Some("Instgo"),
            Self::Python => None,
        }
    }

    /// Whether machines of different processors get different packages.
    pub(crate) const fn is_compiled(self) -> bool {
        matches!(self, Self::Go)
    }

    /// What a script cannot do for a service, and people have to.
    pub(crate) const fn left_to_people(self) -> Option<&'static str> {
        match self {
            Self::Java => None,
            Self::Python => Some(
                "put `aliyun-instrument` before `python` in the service's start command \
                 (`ExecStart=`), and have the package in the service's own environment if it has one",
            ),
            Self::Go => Some(
                "a program cannot be instrumented after its build: on the machine that builds it, \
                 run `instgo set --licenseKey=<license key> --regionId=<region>`, put `instgo` \
                 before `go build`, and bring the new program here",
            ),
        }
    }
}

impl fmt::Display for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Java => "Java",
            Self::Python => "Python",
            Self::Go => "Go",
        })
    }
}
