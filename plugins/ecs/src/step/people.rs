//! How people get at the data in the monitoring account: the part that workflows share.

use host_reporting::Ledger;
use host_workflow_access::people::{self, Management, Plan, Report, Setting};
use host_workflow_sdk::Error;
use serde::Deserialize;
use serde_json::Value;

use crate::parameters::Parameters;
use crate::parties::Sites;

/// Who is to get at the data. No user reports data here, whom the shared part could take to be meant:
/// unless somebody is named, nobody is looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "Value")]
pub(crate) struct Wish(Option<Management>);

impl TryFrom<Value> for Wish {
    type Error = serde_json::Error;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let names = |part: &str| value.get(part).is_some();
        let is_other_way = value.get("way").is_some_and(|way| way != "existing-user");
        let is_wish = names("user") || names("role") || is_other_way;
        let management: Management = serde_json::from_value(value)?;
        Ok(Self(is_wish.then_some(management)))
    }
}

/// What was found of the people; nothing is changed yet.
#[derive(Debug)]
pub(crate) struct People<'a>(Option<Plan<'a>>);

impl<'a> People<'a> {
    /// Looks, if the operator asked for it.
    pub(crate) fn look(
        input: &'a Parameters,
        sites: &'a Sites,
        ledger: &mut Ledger,
    ) -> Result<Self, Error> {
        let (Some(management), Some(region)) = (&input.management.0, sites.keys().next()) else {
            ledger.note(
                "nobody's access to the data is looked at: `management` says who is to have it"
                    .to_owned(),
            );
            return Ok(Self(None));
        };
        let setting = Setting { region, reporting_user: None };
        Ok(Self(Some(people::look(management, &setting, ledger)?)))
    }

    /// Gives the access and shows it, before any machine is changed: what the host may refuse, and what
    /// is in the way, ends the run here.
    pub(crate) fn settle(self, ledger: &mut Ledger) -> Result<Option<Report>, Error> {
        let Some(mut plan) = self.0 else { return Ok(None) };
        plan.venture(ledger)?;
        plan.settle(ledger)?.prove(ledger).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_looked_at_unless_somebody_is_named() {
        let cases = [
            ("{}", false),
            (r#"{"way": "existing-user"}"#, false),
            (r#"{"user": {"name": "ada"}}"#, true),
            (r#"{"way": "dedicated-user"}"#, true),
            (r#"{"way": "role"}"#, true),
        ];
        for (text, is_wish) in cases {
            let wish: Wish = serde_json::from_str(text).unwrap();
            assert_eq!(wish.0.is_some(), is_wish, "{text}");
        }
        serde_json::from_str::<Wish>(r#"{"ways": "role"}"#).unwrap_err();
    }
}
