//! Rules 8 and 9: nothing to compare, and a vault that is scoped.

use host_workflow_sdk::{Error, vault};
use serde_json::json;

use crate::attempt::Attempts;
use crate::field::Field;

pub(crate) fn fingerprint(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let user = field.own_user(&caller, "printed")?;
    let object = format!("ram:login-profile/{user}");
    let word = vault::generate_password(&caller, &object);
    attempts.note("first", word, |word| json!(word.fingerprint()));
    let word = vault::generate_password(&caller, &object);
    attempts.note("again", word, |word| json!(word.fingerprint()));
    let other = vault::generate_password(&caller, &format!("{object}-other"));
    attempts.note("other", other, |word| json!(word.fingerprint()));
    Ok(())
}

pub(crate) fn keep(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let word = vault::generate_password(&caller, field.object()?);
    attempts.note("keep", word, |word| json!(word.fingerprint()));
    find(field, attempts)
}

pub(crate) fn find(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let source = Field::source()?;
    let monitoring = Field::monitoring()?;
    let object = field.object()?;
    let up = format!("../{object}");
    let guesses = [object, &up, "", "*", "ram:login-profile/*", "ram:access-key/"];
    for guess in guesses {
        attempts.note(guess, vault::find(&source, guess), |found| json!(found.is_some()));
        let there = vault::find(&monitoring, guess);
        attempts.note(guess, there, |found| json!(found.is_some()));
    }
    attempts.done("odd object", vault::generate_password(&source, "ram:access-key/LTAI5tAny"));
    Ok(())
}
