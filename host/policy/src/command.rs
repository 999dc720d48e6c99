//! Rule 18, for machines: what runs on them is a script that people were shown, as it stands.

use std::fmt::Write as _;

use host_catalog::Risk;
use host_model::{Value, quote_within};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::entry::title;
use crate::given::{Given, text_of};
use crate::{Denial, Scene, Subject};

/// The only action that runs a script: it contains what it runs.
pub(crate) const RUN: &str = "ecs:RunCommand";

/// The parameter that holds what is written into a script.
pub(crate) const PARAMETERS: &str = "Parameters";

/// Parameters that would run a script elsewhere, at another time, on machines that nobody named or
/// as somebody else, or send its output away.
///
/// The catalog closes them already. It is said again because a mistake in data must not be enough.
const CLOSED: [&str; 8] = [
    "OssOutputDelivery",
    "Launcher",
    "Frequency",
    "Timed",
    "ResourceTag",
    "WindowsPasswordName",
    "ContainerId",
    "ContainerName",
];

/// Parameters that say how a script is read and run, with all that they may say.
const FIXED: [(&str, &[&str]); 4] = [
    ("Type", &["RunShellScript"]),
    ("ContentEncoding", &["PlainText"]),
    ("RepeatMode", &["Once", "DryRun"]),
    ("Username", &["root"]),
];

/// What a value that is written into a script may have besides letters and digits: nothing that a
/// shell, or the cloud's own `{{…}}`, reads as anything but itself.
const PLAIN: &str = "@._/:,=-";

/// How many characters of a parameter's name and value are shown.
const SHOWN: usize = 80;

/// How many digits of a script's digest are shown.
const DIGEST_SHOWN: usize = 12;

/// Refuses scripts that the component does not declare, and ways of running them that the plan
/// does not show.
pub(crate) fn judge(scene: &Scene, subject: &Subject<'_>) -> Result<(), Denial> {
    if !runs(subject) {
        return Ok(());
    }
    let title = title(subject);
    if title != RUN {
        let sentence = format!(
            "`{title}` is refused: nobody here knows the script that is stored there, and `{RUN}` \
             runs one that is"
        );
        return Err(Denial::new("policy.command-stored", 18, sentence));
    }
    if !is_declared(scene, subject) {
        let sentence = format!(
            "`{title}` is refused: the manifest declares no script whose digest begins with `{}`",
            shown_digest(subject).unwrap_or_default()
        );
        return Err(Denial::new("policy.command-undeclared", 18, sentence));
    }
    match fault(subject) {
        None => Ok(()),
        Some((parameter, reason)) => {
            let sentence = format!("`{title}` is refused: `{parameter}` {reason}");
            Err(Denial::new("policy.command-parameter", 18, sentence))
        }
    }
}

/// Whether a call makes machines run something: by class and by name, so that an action which the
/// catalog gets later is covered.
fn runs(subject: &Subject<'_>) -> bool {
    let Subject { product, action, .. } = *subject;
    let by_name = product.key == "ecs" && action.name.contains("Command");
    action.effect.is_write() && (action.risk == Some(Risk::Command) || by_name)
}

/// Whether the script that a call contains is one of the component's.
pub(crate) fn is_declared(scene: &Scene, subject: &Subject<'_>) -> bool {
    digest_of(subject).is_some_and(|digest| scene.commands.contains(&digest))
}

fn digest_of(subject: &Subject<'_>) -> Option<String> {
    Given(subject.call).text("CommandContent").map(digest)
}

/// The SHA-256 of a script's text in lower-case hexadecimal digits.
fn digest(script: &str) -> String {
    Sha256::digest(script.as_bytes()).iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

fn shown_digest(subject: &Subject<'_>) -> Option<String> {
    digest_of(subject).map(|digest| digest.chars().take(DIGEST_SHOWN).collect())
}

/// The first parameter that would make something else of the script, and why.
fn fault(subject: &Subject<'_>) -> Option<(&'static str, String)> {
    let given = Given(subject.call);
    if let Some(name) = CLOSED.iter().find(|name| given.has(name)) {
        return Some((name, "is closed to workflows".to_owned()));
    }
    for (name, texts) in FIXED {
        let text = given.text(name);
        if given.has(name) && !text.is_some_and(|text| texts.contains(&text)) {
            let found = quote_within(text.unwrap_or("no text"), SHOWN);
            return Some((name, format!("must be {}, but is `{found}`", texts.join(" or "))));
        }
    }
    if machines(subject).is_none() {
        return Some(("InstanceId", "must list machines by their ids".to_owned()));
    }
    let keeps = given.has("KeepCommand") && given.json("KeepCommand") != Some(Json::Bool(false));
    if keeps && subject.call.carries_secret() {
        let reason = "must be false, for a stored command would keep the secret";
        return Some(("KeepCommand", reason.to_owned()));
    }
    let name = inserted(subject).err()?;
    let reason = format!("cannot have `{name}`: it would change what the script says");
    Some((PARAMETERS, reason))
}

/// How many machines are named; `None` if any is not clear.
fn machines(subject: &Subject<'_>) -> Option<usize> {
    let ids = Given(subject.call).json("InstanceId")?;
    let ids = ids.as_array().filter(|ids| !ids.is_empty())?;
    let is_id = |id: &Json| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        id.as_str().is_some_and(|id| !id.is_empty() && id.bytes().all(plain))
    };
    ids.iter().all(is_id).then_some(ids.len())
}

/// Whether whatever is written into the script is only itself; the name of one that is not.
fn inserted(subject: &Subject<'_>) -> Result<(), String> {
    let given = Given(subject.call);
    let Some(settings) = given.settings(PARAMETERS) else {
        return if given.has(PARAMETERS) { Err("no names".to_owned()) } else { Ok(()) };
    };
    let is_plain =
        |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || PLAIN.contains(c));
    for (name, value) in settings {
        let fits = match value {
            Value::Secret(_) | Value::Json(Json::Bool(_) | Json::Number(_)) => true,
            other => text_of(other).is_some_and(is_plain),
        };
        if !fits {
            return Err(quote_within(name, SHOWN));
        }
    }
    Ok(())
}

/// What runs, and where, for the line of its class.
pub(crate) fn class_line(scene: &Scene, subject: &Subject<'_>) -> String {
    let script = match shown_digest(subject) {
        Some(digest) if is_declared(scene, subject) => format!("script `{digest}`"),
        Some(digest) => format!("script `{digest}`, which the workflow does not declare,"),
        None => "a script that nobody here knows".to_owned(),
    };
    let machines = match machines(subject) {
        Some(1) => "1 machine".to_owned(),
        Some(count) => format!("{count} machines"),
        None => "machines that are not named".to_owned(),
    };
    match Given(subject.call).text("RepeatMode") {
        Some("DryRun") => format!("{script} is checked for {machines}, and does not run"),
        _ => format!("{script} runs as root on {machines}"),
    }
}

/// What becomes readable.
pub(crate) fn risks(subject: &Subject<'_>) -> Vec<String> {
    if !runs(subject) || !subject.call.carries_secret() {
        return Vec::new();
    }
    let line = "command: a secret is carried: programs on the machines, Java's among them, may print \
                it, and the cloud can show it to whoever may read the account's commands";
    vec![line.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_of_the_bytes() {
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest("abc"), abc);
        assert_ne!(digest("abc\n"), abc);
    }
}
