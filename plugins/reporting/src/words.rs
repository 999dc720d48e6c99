//! What is said to people in the same words by every workflow.

use host_workflow_sdk::progress;

/// What to weigh before accounts report into one another; said once, at the start.
pub const BEFORE_YOU_BEGIN: [&str; 4] = [
    "before you begin: from now on the monitoring account carries what the source account had to \
     itself: data, alerts, permissions and the bill for monitoring",
    "each source account needs its own reporting identity, and somebody who looks after it",
    "permissions for single applications have to be given in the monitoring account, by hand",
    "where each account can look after its own applications, that is less work: compare first",
];

/// Says what to weigh.
pub fn before_you_begin() {
    for line in BEFORE_YOU_BEGIN {
        progress::info(line);
    }
}
