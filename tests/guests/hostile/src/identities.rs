//! Rule 4: identities stay inside.

use host_workflow_sdk::{Account, Error, sts};
use serde_json::json;

use crate::attempt::Attempts;
use crate::calls::{Given, STS, text, write};
use crate::field::{FOREIGN, Field};

pub(crate) fn assume_generic(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let role = format!("acs:ram::{}:role/any", caller.id());
    let given = [Given::Text("RoleArn", &role)];
    attempts.note("AssumeRole", write(&caller, STS, "AssumeRole", &given), text);
    let given = [Given::Text("RoleArn", &role), Given::Text("RoleSessionName", "admin")];
    attempts.note("AssumeRole, named", write(&caller, STS, "AssumeRole", &given), text);
    Ok(())
}

pub(crate) fn assume_foreign(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let own = caller.id();
    let cases = [
        format!("acs:ram::{FOREIGN}:role/any"),
        format!("acs:ram::{FOREIGN}:role/any:{own}"),
        format!("acs:ram::{own}{FOREIGN}:role/any"),
        "acs:ram::*:role/any".to_owned(),
        format!("acs:ram::{FOREIGN}:user/any"),
        format!(" acs:ram::{own}:role/any"),
    ];
    for role in cases {
        let assumed = sts::assume_role(&caller, &role, &sts::AssumeRoleOptions::default());
        attempts.note(&role, assumed, |session| json!(session.arn()));
    }
    Ok(())
}

pub(crate) fn open_unbound(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    Field::source()?;
    for name in ["root", "", "source ", "../source", "source/session/1", "SOURCE"] {
        attempts.note(name, Account::open(name), |account| json!(account.arn()));
    }
    Ok(())
}
