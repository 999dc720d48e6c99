//! What a person should know before the yes.

use host_catalog::Risk;
use host_model::quote_within;
use host_ram::RiskClass;

use crate::consent::is_high;
use crate::document::{Reading, readings};
use crate::given::Given;
use crate::user::{is_marked, of, renames, touches_credentials};
use crate::{Scene, Subject, addon, command, entry};

/// How many characters of a name or of a document's risk are shown.
const SHOWN: usize = 400;

/// How bad a line is; the order is the order in which people see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// A class of risk of its own: keys, sign-in, second factors, commands, purchases.
    HighClass,
    /// What becomes readable by others, or is lost.
    Side,
    /// A document that nobody has read: it may say anything.
    Unread,
    /// What a document gives away.
    Document(RiskClass),
    /// Somebody else's user.
    ForeignUser,
    /// Any other class.
    Class,
}

/// What a person should know before the yes, worst first; also for calls that are permitted.
/// Lower-case sentences of the host; texts of others in them are escaped and bounded.
pub fn risks(scene: &Scene, subject: &Subject<'_>) -> Vec<String> {
    let subject = match entry::catalogued(subject) {
        Ok(subject) => subject,
        Err(denial) => return vec![denial.sentence],
    };
    let mut lines = Vec::new();
    if let Some(risk) = subject.action.risk {
        let weight = if is_high(risk) { Weight::HighClass } else { Weight::Class };
        lines.push((weight, class_line(risk, scene, &subject)));
    }
    let sides = command::risks(&subject).into_iter().chain(addon::risks(&subject));
    lines.extend(sides.map(|line| (Weight::Side, line)));
    for reading in readings(scene, &subject) {
        lines.extend(document_lines(&reading));
    }
    lines.extend(user_line(&subject).map(|line| (Weight::ForeignUser, line)));
    lines.sort_by_key(|(weight, _)| *weight);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn class_line(risk: Risk, scene: &Scene, subject: &Subject<'_>) -> String {
    let words = match risk {
        Risk::AccessKey if subject.action.name == "CreateAccessKey" => {
            "a permanent key is made, or switched on or off; should the reply be lost, the key that \
             nobody has then is disabled and deleted, and another one made"
        }
        Risk::AccessKey => "a permanent key is made, or switched on or off",
        Risk::ConsoleLogin => "somebody can sign in to the console, or differently than before",
        Risk::Mfa => "a second factor is taken away",
        Risk::Session => {
            let role = Given(subject.call).text("RoleArn").unwrap_or("another identity");
            return format!("session: this run acts as `{}`", quote_within(role, SHOWN));
        }
        Risk::LicenseKey => {
            "a key is read with which agents report into the account, which is billed for it"
        }
        Risk::Command => &command::class_line(scene, subject),
        Risk::Purchase => &bought(subject),
    };
    format!("{}: {words}", risk.as_str())
}

fn bought(subject: &Subject<'_>) -> String {
    let Subject { call, product, account, .. } = *subject;
    let given = Given(call);
    let which = ["Type", "CommodityCode"].iter().find_map(|name| given.text(name));
    let which = which.map(|which| format!(" `{}`", quote_within(which, SHOWN)));
    format!(
        "a service is bought for account `{account}`: {}{}; nothing here takes that back",
        product.title,
        which.unwrap_or_default()
    )
}

fn document_lines(reading: &Reading) -> Vec<(Weight, String)> {
    let what = &reading.what;
    match &reading.risks {
        Err(reason) => {
            let reason = quote_within(reason, SHOWN);
            vec![(Weight::Unread, format!("unread: {what}: {reason}"))]
        }
        Ok(risks) => risks
            .iter()
            .map(|risk| {
                let sentence = quote_within(&risk.sentence, SHOWN);
                let line = format!("{}: {what}: {sentence}", risk.class.as_str());
                (Weight::Document(risk.class), line)
            })
            .collect(),
    }
}

fn user_line(subject: &Subject<'_>) -> Option<String> {
    let Subject { call, product, action, .. } = *subject;
    if !touches_credentials(product, action) && !renames(action, call) {
        return None;
    }
    match of(call) {
        Some(name) if is_marked(subject, name) => None,
        Some(name) => {
            let name = quote_within(name, SHOWN);
            Some(format!("foreign-user: user `{name}` was not made by this workflow"))
        }
        None => Some("foreign-user: no user is named, which means the caller".to_owned()),
    }
}
