//! What stands behind a refusal.

use serde_json::{Value as Json, json};

use crate::access::Diagnosis;
use crate::state::{CloudError, Operation, State};

pub(super) fn decode(_: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let text = operation.required("EncodedDiagnosticMessage");
    let diagnosis = Diagnosis::decode(text).ok_or_else(|| {
        CloudError::invalid(
            "InvalidParameter.EncodedDiagnosticMessage",
            "The message is not one that this cloud has given out.",
        )
    })?;
    Ok(json!({ "DecodedDiagnosticMessage": {
        "AuthAction": diagnosis.action,
        "AuthConditions": [],
        "AuthPrincipal": {
            "AuthPrincipalDisplayName": diagnosis.principal,
            "AuthPrincipalOwnerId": diagnosis.owner,
            "AuthPrincipalType": diagnosis.principal_type,
        },
        "AuthResource": diagnosis.resource,
        "ExplicitDeny": diagnosis.explicit,
        "MatchedPolicies": [],
        "NoPermissionPolicyType": diagnosis.policy_type,
    } }))
}
