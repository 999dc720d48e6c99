//! STS 2015-04-01.

use host_model::{AccountId, Arn, Principal};
use serde_json::{Map, Value as Json, json};

use super::Transition;
use crate::access;
use crate::instant::iso8601;
use crate::permission;
use crate::state::{CallerIdentity, CloudError, InventedSecret, Operation, Role, Session, State};

pub(super) fn transition(action: &str) -> Option<Transition> {
    Some(match action {
        "AssumeRole" => assume_role,
        "GetCallerIdentity" => get_caller_identity,
        _ => return None,
    })
}

/// Least and usual length of a session, in seconds.
const SESSION_MIN: i64 = 900;
const SESSION_DEFAULT: i64 = 3600;

fn assume_role(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let parameters = operation.parameters;
    let arn = operation.required("RoleArn");
    let (account, name) = role_of(arn)?;
    let role = visible_role(state, &account, &name, operation)?.clone();
    access::check_trust(&role, arn, operation)?;
    let seconds = parameters.number("DurationSeconds").unwrap_or(SESSION_DEFAULT);
    if !(SESSION_MIN..=role.max_session_seconds).contains(&seconds) {
        let message = format!(
            "The session lasts at least {SESSION_MIN} and at most {} seconds.",
            role.max_session_seconds
        );
        return Err(CloudError::invalid("InvalidParameter.DurationSeconds", message));
    }
    let policy = parameters.owned("Policy");
    if let Some(policy) = &policy {
        permission::check_session_document(policy)?;
    }
    let session = Session {
        key_id: state.mint.session_key_id(),
        secret: InventedSecret::new(state.mint.session_secret()),
        token: InventedSecret::new(state.mint.session_token()),
        account,
        role: role.name,
        role_id: role.id,
        name: operation.required("RoleSessionName").to_owned(),
        policy,
        expires: operation.now.plus_millis(seconds * 1000),
    };
    let mut reply = Map::new();
    reply.insert("AssumedRoleUser".to_owned(), assumed_user(&session));
    reply.insert("Credentials".to_owned(), credentials(&session));
    if let Some(source) = parameters.text("SourceIdentity") {
        reply.insert("SourceIdentity".to_owned(), Json::from(source));
    }
    state.forget_ended_sessions(operation.now);
    state.sessions.insert(session.key_id.clone(), session);
    Ok(Json::Object(reply))
}

fn role_of(arn: &str) -> Result<(AccountId, String), CloudError> {
    match arn.parse::<Arn>().map(|arn| (arn.account().clone(), arn.principal().clone())) {
        Ok((account, Principal::Role(name))) => Ok((account, name)),
        _ => Err(CloudError::invalid(
            "InvalidParameter.RoleArn",
            format!("The parameter RoleArn is no ARN of a role: {arn}."),
        )),
    }
}

/// The role, once the news of it has reached STS. An account that is not there has no roles.
fn visible_role<'s>(
    state: &'s State,
    account: &AccountId,
    name: &str,
    operation: &Operation<'_>,
) -> Result<&'s Role, CloudError> {
    let absent = || CloudError::not_exist("Role", name);
    let role = state.accounts.get(account).ok_or_else(absent)?.role(name)?;
    if operation.now < role.visible_from { Err(absent()) } else { Ok(role) }
}

/// `AssumeRole` names a session `role/<role>/<session>`, `GetCallerIdentity` `assumed-role/…`.
fn assumed_user(session: &Session) -> Json {
    json!({
        "Arn": format!("acs:ram::{}:role/{}/{}", session.account, session.role, session.name),
        "AssumedRoleId": format!("{}:{}", session.role_id, session.name),
    })
}

fn credentials(session: &Session) -> Json {
    json!({
        "AccessKeyId": session.key_id,
        "AccessKeySecret": session.secret.expose(),
        "SecurityToken": session.token.expose(),
        "Expiration": iso8601(session.expires),
    })
}

fn get_caller_identity(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let account = operation.account(state)?;
    let id = account.id.as_str();
    let arn = access::arn_of(operation.caller).to_string();
    Ok(match &operation.caller.identity {
        CallerIdentity::Root => json!({
            "IdentityType": "Account", "AccountId": id, "PrincipalId": id, "Arn": arn,
        }),
        CallerIdentity::User(name) => {
            let user = &account.user(name)?.id;
            json!({
                "IdentityType": "RAMUser", "AccountId": id, "PrincipalId": user,
                "UserId": user, "Arn": arn,
            })
        }
        CallerIdentity::Session { role_id, session, .. } => json!({
            "IdentityType": "AssumedRoleUser", "AccountId": id,
            "PrincipalId": format!("{role_id}:{session}"), "RoleId": role_id, "Arn": arn,
        }),
    })
}
