//! Why something cannot be done for one cluster, while the others go on.

use host_workflow_sdk::{Error, ErrorKind};

/// What the cloud's codes have in them when the cluster itself refuses, not RAM.
const INSIDE: [&str; 2] = ["APISERVER", "ForbiddenQuery"];

/// How the code ends that says that somebody's resources are in the way.
pub(crate) const EXISTS: &str = "ResourceExists";
/// What that means.
pub(crate) const LEFT_OVER: &str = "the cluster has resources of this add-on that no add-on owns, perhaps \
                                    a Helm release made by hand; nothing here removes them";

/// The reason, if it concerns this cluster only; what concerns the whole run is an error.
pub(crate) fn of_cluster(action: &str, error: Error) -> Result<String, Error> {
    match error.kind {
        ErrorKind::Denied | ErrorKind::Cancelled | ErrorKind::BudgetExhausted => Err(error),
        _ => Ok(sentence(action, &error)),
    }
}

/// For people: what was refused, and by whom.
pub(crate) fn sentence(action: &str, error: &Error) -> String {
    let Error { code, message, .. } = error;
    let is_inside = |word: &str| code.contains(word) || message.contains(word);
    if INSIDE.iter().any(|word| is_inside(word)) {
        return format!(
            "`{action}` was refused inside the cluster (`{code}`): RAM is not the obstacle, the cluster's \
             own RBAC does not let the caller in; its administrator can grant a role there"
        );
    }
    match error.kind {
        ErrorKind::Forbidden => format!("no permission for `{action}` (`{code}`)"),
        ErrorKind::NotFound => format!("`{action}` finds nothing (`{code}`)"),
        _ if code == "ErrorClusterState" => {
            format!("`{action}` was refused (`{code}`): the cluster, or a task in it, is at work")
        }
        _ if code.ends_with(EXISTS) => format!("`{action}` was refused (`{code}`): {LEFT_OVER}"),
        _ => format!("`{action}` failed (`{code}`): {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_names_the_layer_that_refuses() {
        let error = |kind, code: &str| Error::new(kind, code, "words");
        let action = "cs:GetClusterAddonInstance";
        let cases = [
            (error(ErrorKind::Forbidden, "Forbidden.RAM"), "no permission"),
            (error(ErrorKind::Forbidden, "ForbiddenQueryClusterNamespace"), "RBAC"),
            (error(ErrorKind::Conflict, "ErrorClusterState"), "at work"),
            (error(ErrorKind::Conflict, "AddonOperationFailed.ResourceExists"), "Helm"),
            (error(ErrorKind::Unavailable, "ServiceUnavailable"), "words"),
        ];
        for (error, part) in cases {
            let said = of_cluster(action, error).unwrap();
            assert!(said.contains(part) && said.contains(action), "{said}");
        }
        of_cluster(action, error(ErrorKind::Denied, "policy.user-foreign")).unwrap_err();
    }
}
