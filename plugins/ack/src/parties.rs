//! The two accounts.

use host_workflow_sdk::Account;

/// Who takes part, once both sides have said who they are.
#[derive(Debug)]
pub(crate) struct Parties {
    /// Runs ARMS and has the reporting user.
    pub(crate) monitoring: Account,
    /// Has the clusters.
    pub(crate) source: Account,
    /// Where the clusters are, and their applications appear.
    pub(crate) region: String,
    /// The name of the user that clusters report as.
    pub(crate) reporter: String,
}
