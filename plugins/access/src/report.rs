//! What the operator gets at the end: what is there now, how to use it, and what shows it.

use host_workflow_sdk::progress::Outcome;
use host_workflow_sdk::{Error, Tolerant, progress, ram};
use serde::Serialize;

use crate::parameters::{Parameters, SignIn};
use crate::parties::Parties;
use crate::role::Settled;
use crate::step::role::SettledRole;
use crate::step::sign_in;
use crate::step::users::Person;

/// What is there of the role, how to use it, and what shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    pub(crate) role_arn: String,
    pub(crate) users: Vec<UserLine>,
    pub(crate) switch_role: SwitchRole,
    /// Left out where only people at the console use the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api: Option<Api>,
    pub(crate) proofs: Vec<Proof>,
    /// In words, ready to be passed on.
    pub(crate) next: Vec<String>,
}

/// A user, and how it signs in.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct UserLine {
    pub(crate) name: String,
    pub(crate) arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sign_in: Option<ConsoleSignIn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_key_id: Option<String>,
    /// Where the secret of the key is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_key_secret: Option<String>,
}

/// What a person types at the console.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ConsoleSignIn {
    pub(crate) name: String,
    #[serde(rename = "where")]
    pub(crate) place: String,
    /// Where the password is.
    pub(crate) password: String,
}

/// What a person enters under Switch Identity.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct SwitchRole {
    /// The alias if the account has one, else its id.
    pub(crate) account: String,
    pub(crate) account_id: String,
    pub(crate) role: String,
}

/// What a program needs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Api {
    pub(crate) role_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) external_id: Option<String>,
    pub(crate) how: String,
}

/// Where a proof comes from.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Source {
    /// The cloud answered a call.
    Call,
    /// The documents that decide were evaluated.
    Documents,
}

/// A claim of this workflow, and what it rests on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Proof {
    pub(crate) id: &'static str,
    pub(crate) by: Source,
    pub(crate) outcome: &'static str,
    pub(crate) detail: String,
}

impl Proof {
    pub(crate) const fn new(
        id: &'static str,
        by: Source,
        outcome: Outcome,
        detail: String,
    ) -> Self {
        let outcome = match outcome {
            Outcome::Holds => "holds",
            Outcome::Fails => "fails",
            Outcome::Pending => "pending",
            Outcome::Unknown => "unknown",
        };
        Self { id, by, outcome, detail }
    }
}

/// Puts everything together.
pub(crate) fn write(settled: &Settled<'_>, proofs: Vec<Proof>) -> Result<Report, Error> {
    let Settled { input, parties, role, people, .. } = settled;
    progress::step("report", "how to use the role");
    let switch_role = switch_role(parties, role)?;
    let users: Vec<UserLine> = people.iter().map(|person| line(person, parties)).collect();
    let api = api(input, role);
    let next = next(input, &users, &switch_role, &api);
    let api = by_program(input, &users).then_some(api);
    Ok(Report { role_arn: role.arn.clone(), users, switch_role, api, proofs, next })
}

/// The alias is a convenience: where it may not be read, the id does.
fn switch_role(parties: &Parties, role: &SettledRole) -> Result<SwitchRole, Error> {
    let account_id = parties.monitoring.id().to_owned();
    let alias = match ram::get_account_alias(&parties.monitoring).or_absent() {
        Ok(alias) => alias.filter(|alias| !alias.is_empty()),
        Err(error) if error.is_forbidden() || error.is_denied() => None,
        Err(error) => return Err(error),
    };
    let account = alias.unwrap_or_else(|| account_id.clone());
    Ok(SwitchRole { account, account_id, role: role.name.clone() })
}

pub(crate) fn line(person: &Person, parties: &Parties) -> UserLine {
    let sign_in = (person.sign_in == SignIn::Console).then(|| ConsoleSignIn {
        name: parties.user_principal(&person.name),
        place: "Alibaba Cloud Management Console, RAM User Logon".to_owned(),
        password: kept(&sign_in::password_object(&person.name)),
    });
    UserLine {
        name: person.name.clone(),
        arn: parties.user_arn(&person.name),
        sign_in,
        access_key_id: person.key.as_ref().map(|key| key.id.clone()),
        access_key_secret: person.key.as_ref().map(|key| kept(&sign_in::key_object(&key.id))),
    }
}

/// Where a secret is, for people.
fn kept(object: &str) -> String {
    format!("kept in this installation's vault, under `{object}`")
}

/// Whether anybody could use the role by its API: a user with a key, or callers that are not named
/// as users of this run.
fn by_program(input: &Parameters, users: &[UserLine]) -> bool {
    let has_key = users.iter().any(|user| user.access_key_id.is_some());
    has_key || users.is_empty() || !input.trust.roles.is_empty()
}

fn api(input: &Parameters, role: &SettledRole) -> Api {
    let external = match &input.external_id {
        Some(id) => format!(", `ExternalId` `{id}`"),
        None => String::new(),
    };
    let how = format!(
        "call `sts:AssumeRole` with the user's AccessKey, `RoleArn` `{}` and a `RoleSessionName` \
         of your choice{external}; sign calls to ARMS with the AccessKeyId, AccessKeySecret and \
         SecurityToken of the reply",
        role.arn
    );
    Api { role_arn: role.arn.clone(), external_id: input.external_id.clone(), how }
}

fn next(
    input: &Parameters,
    users: &[UserLine],
    switch_role: &SwitchRole,
    api: &Api,
) -> Vec<String> {
    let SwitchRole { account, account_id, role } = switch_role;
    let also = if account == account_id { String::new() } else { format!(" (id `{account_id}`)") };
    let switch = format!(
        "choose Switch Identity under the avatar, enter account `{account}`{also} and role \
         `{role}`, then open the ARMS console: Application Monitoring > Applications"
    );
    let mut next = Vec::new();
    for user in users {
        let name = &user.name;
        if let Some(sign_in) = &user.sign_in {
            next.push(format!(
                "{name}: sign in as `{}` at {} (password: {}), {switch}",
                sign_in.name, sign_in.place, sign_in.password
            ));
        } else if let (Some(id), Some(secret)) = (&user.access_key_id, &user.access_key_secret) {
            next.push(format!("{name}: with AccessKey `{id}` (secret: {secret}), {}", api.how));
        } else {
            next.push(format!("{name}: sign in to the console as before, {switch}"));
        }
    }
    if users.is_empty() {
        next.push(format!(
            "no user was named: let users of the trusted account call `sts:AssumeRole` on `{}`; \
             then, in the console, {switch}",
            api.role_arn
        ));
    }
    if input.external_id.is_some() && users.iter().any(|user| user.sign_in.is_some()) {
        next.push(
            "the console's Switch Identity asks for no external id, and this role demands one: \
             console users need a role without `external-id`"
                .to_owned(),
        );
    }
    if !input.trust.roles.is_empty() {
        let roles = input.trust.roles.join("`, `");
        next.push(format!("roles `{roles}` need a policy of their own that lets them assume it"));
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(input: &str, users: &[UserLine]) -> String {
        let input: Parameters = serde_json::from_str(input).unwrap();
        let switch_role = SwitchRole {
            account: "acme".to_owned(),
            account_id: "1000000000000001".to_owned(),
            role: "arms-delegate".to_owned(),
        };
        let api = Api { role_arn: "arn".to_owned(), external_id: None, how: "call it".to_owned() };
        next(&input, users, &switch_role, &api).join("\n")
    }

    fn user(sign_in: bool, key: Option<&str>) -> UserLine {
        let console = || ConsoleSignIn {
            name: "alice@b.onaliyun.com".to_owned(),
            place: "the console".to_owned(),
            password: "in the vault".to_owned(),
        };
        UserLine {
            name: "alice".to_owned(),
            arn: "arn".to_owned(),
            sign_in: sign_in.then(console),
            access_key_id: key.map(str::to_owned),
            access_key_secret: key.map(|id| kept(&sign_in::key_object(id))),
        }
    }

    #[test]
    fn tells_each_user_how_to_go_on() {
        let console = words("{}", &[user(true, None)]);
        for part in ["alice@b.onaliyun.com", "account `acme` (id `1000000000000001`)", "Switch"] {
            assert!(console.contains(part), "{console}");
        }
        let key = words("{}", &[user(false, Some("LTAI1"))]);
        for part in ["with AccessKey `LTAI1`", "vault, under `ram:access-key/LTAI1`", "call it"] {
            assert!(key.contains(part), "{key}");
        }
        for keyless in [user(true, None), user(false, None)] {
            assert!(!words("{}", &[keyless]).contains("call it"));
        }
        assert!(words("{}", &[]).contains("no user was named"));
    }

    #[test]
    fn tells_of_the_api_only_where_somebody_could_call_it() {
        let shown = |input: &str, users: &[UserLine]| {
            by_program(&serde_json::from_str(input).unwrap(), users)
        };
        assert!(!shown("{}", &[user(true, None), user(false, None)]));
        assert!(shown("{}", &[user(true, None), user(false, Some("LTAI1"))]));
        assert!(shown("{}", &[]));
        assert!(shown(r#"{"trust": {"roles": ["ops"]}}"#, &[user(true, None)]));
    }

    #[test]
    fn says_that_the_console_has_no_external_id() {
        let input = r#"{"external-id": "x-1"}"#;
        assert!(words(input, &[user(true, None)]).contains("asks for no external id"));
        assert!(!words(input, &[user(false, Some("LTAI1"))]).contains("asks for no external id"));
    }
}
