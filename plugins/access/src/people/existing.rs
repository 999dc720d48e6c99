//! A user who is there: nothing is changed, only looked at.

use host_ram::{Document, Request, evaluate};
use host_workflow_sdk::progress::{self, Outcome};
use host_workflow_sdk::{Account, Error, ErrorKind, Tolerant, ram};
use serde::Serialize;

use super::Setting;
use super::management::{self, Management};
use crate::evidence;
use crate::names;
use crate::report::{Proof, Source};
use crate::step::proof::Claim;

/// The step and the claim.
const STEP: &str = "existing-user";

/// Any of these lets its holder list applications.
const READS: [&str; 2] = ["arms:ListTraceApps", "arms:ReadTraceApp"];

/// What was found of the user.
#[derive(Debug)]
pub(crate) struct Looked {
    name: String,
    arn: String,
    /// `None`: the workflow itself makes the user and looks after what it may do.
    finding: Option<(Outcome, String)>,
}

/// A user who was there before.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ExistingUser {
    name: String,
    arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Proof>,
    /// In words, ready to be passed on.
    next: Vec<String>,
}

/// Looks whether the user is there and may see the data.
pub(super) fn look(management: &Management, setting: &Setting<'_>) -> Result<Looked, Error> {
    let reporting = setting.reporting_user;
    let name = management.named_user().or(reporting).ok_or_else(management::unnamed)?;
    let account = Account::open_confirmed("monitoring")?;
    let arn = names::user_arn(account.id(), name);
    let is_reporting = reporting.is_some_and(|reporting| reporting.eq_ignore_ascii_case(name));
    let name = name.to_owned();
    if is_reporting {
        return Ok(Looked { name, arn, finding: None });
    }
    if ram::get_user(&account, &name).or_absent()?.is_none() {
        let message = format!("user `{name}` is not in the monitoring account `{}`", account.id());
        return Err(Error::new(ErrorKind::NotFound, "access.user-missing", message)
            .with("object", format!("ram:user/{name}"))
            .hint("check `management.user.name`, or choose `dedicated-user` to have it made"));
    }
    let finding = Some(find_power(&account, &name, setting.region)?);
    Ok(Looked { name, arn, finding })
}

/// What lets the user see the data; an error if nothing does.
fn find_power(account: &Account, name: &str, region: &str) -> Result<(Outcome, String), Error> {
    let policies = evidence::identity_policies(account, name)?;
    if let Some(text) = power(name, &policies, account.id(), region) {
        return Ok((Outcome::Holds, text));
    }
    for policy in [names::FULL_ACCESS, names::READ_ONLY_ACCESS] {
        let holders = ram::list_entities_for_policy(account, policy, names::SYSTEM)?;
        if !holders.group_names.is_empty() {
            let groups = holders.group_names.join("`, `");
            let text = format!(
                "user `{name}` has no policy of its own that lets it see applications; whether it \
                 is in a group that has `{policy}` (`{groups}`) was not looked at"
            );
            return Ok((Outcome::Unknown, text));
        }
    }
    let message = format!("user `{name}` has no policy that lets it see applications in ARMS");
    Err(Error::new(ErrorKind::Conflict, "access.user-powerless", message).hint(format!(
        "attach `{}` to the user, name another one, or choose `dedicated-user` or `role`",
        names::FULL_ACCESS
    )))
}

/// The policy of the guide, or whatever else lets the user list applications.
fn power(
    name: &str,
    policies: &[(String, Document)],
    account: &str,
    region: &str,
) -> Option<String> {
    let named: Vec<(&str, &Document)> =
        policies.iter().map(|(name, document)| (name.as_str(), document)).collect();
    let may = |action: &str| {
        let resource = format!("acs:arms:{region}:{account}:*");
        let request = Request { action: action.to_owned(), resource, ..Request::default() };
        evaluate(&request, &named, None).is_allowed()
    };
    let action = READS.into_iter().find(|action| may(action))?;
    let guide = [names::FULL_ACCESS, names::READ_ONLY_ACCESS].into_iter();
    let by = guide.into_iter().find(|wanted| policies.iter().any(|(name, _)| name == wanted));
    Some(by.map_or_else(
        || format!("the policies of user `{name}` allow `{action}`"),
        |policy| format!("user `{name}` has `{policy}`"),
    ))
}

impl Looked {
    pub(super) fn prove(self) -> ExistingUser {
        let Self { name, arn, finding } = self;
        let proof = finding.map(|(outcome, text)| {
            progress::step(STEP, "the user who is to see the data may see it");
            let mut claim = Claim::new(STEP);
            claim.add(outcome, text);
            claim.make(Source::Documents)
        });
        let next = vec![format!(
            "{name}: sign in to the console as before, open the ARMS console: Application \
             Monitoring > Applications"
        )];
        ExistingUser { name, arn, proof, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, statement: &str) -> Option<String> {
        let text = format!(r#"{{"Version": "1", "Statement": [{statement}]}}"#);
        let policies = [(name.to_owned(), Document::parse(&text).unwrap())];
        power("ada", &policies, "1000000000000001", "cn-hangzhou")
    }

    #[test]
    fn the_user_must_be_able_to_see_applications() {
        let allow = |action: &str, resource: &str| {
            format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}"#)
        };
        let by_guide = found("AliyunARMSFullAccess", &allow("arms:*", "*")).unwrap();
        assert!(by_guide.contains("has `AliyunARMSFullAccess`"), "{by_guide}");
        for own in [allow("arms:List*", "*"), allow("arms:ReadTraceApp", "acs:arms:*:*:*")] {
            assert!(found("own", &own).unwrap().contains("allow `arms:"), "{own}");
        }
        for other in [allow("ecs:*", "*"), allow("arms:DeleteTraceApp", "*")] {
            assert_eq!(found("own", &other), None, "{other}");
        }
        let denied = format!(
            r#"{}, {{"Effect": "Deny", "Action": "arms:*", "Resource": "*"}}"#,
            allow("arms:*", "*")
        );
        assert_eq!(found("AliyunARMSFullAccess", &denied), None);
    }
}
