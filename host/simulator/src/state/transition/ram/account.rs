//! What belongs to the account as a whole.

use serde_json::{Value as Json, json};

use crate::state::check::Fault;
use crate::state::wording::nothing;
use crate::state::{CloudError, Operation, State};

pub(super) fn get_alias(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let alias = operation.account(state)?.alias.clone();
    // An account without alias answers an empty one (assumed; it may as well leave it out).
    Ok(json!({ "AccountAlias": alias.unwrap_or_default() }))
}

pub(super) fn set_alias(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let alias = operation.required("AccountAlias");
    if alias.starts_with('-') || alias.ends_with('-') || alias.contains("--") {
        return Err(Fault::Characters.of(operation.action, "AccountAlias"));
    }
    operation.account_mut(state)?.alias = Some(alias.to_owned());
    Ok(nothing())
}

pub(super) fn get_password_policy(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let policy = &operation.account(state)?.password_policy;
    Ok(json!({ "PasswordPolicy": {
        "HardExpiry": policy.hard_expiry,
        // The cloud's own spelling.
        "MaxLoginAttemps": policy.max_login_attempts,
        "MaxPasswordAge": policy.max_age,
        "MinimumPasswordLength": policy.minimum_length,
        "PasswordReusePrevention": policy.reuse_prevention,
        "RequireLowercaseCharacters": policy.require_lowercase,
        "RequireNumbers": policy.require_numbers,
        "RequireSymbols": policy.require_symbols,
        "RequireUppercaseCharacters": policy.require_uppercase,
    } }))
}

pub(super) fn get_security_preference(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    operation.account(state)?;
    Ok(json!({ "SecurityPreference": {
        "AccessKeyPreference": { "AllowUserToManageAccessKeys": false },
        "LoginProfilePreference": {
            "AllowUserToChangePassword": true,
            "EnableSaveMFATicket": false,
            "LoginNetworkMasks": "",
            "LoginSessionDuration": 6,
        },
        "MFAPreference": { "AllowUserToManageMFADevices": true },
        "PublicKeyPreference": { "AllowUserToManagePublicKeys": false },
    } }))
}
