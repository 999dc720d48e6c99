//! Rules 16 to 18: nothing happens that nobody agreed to.

use host_catalog::Risk;

use crate::allowance::flag;
use crate::entry::title;
use crate::{Denial, Scene, Subject};

/// How a call was agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Nothing leaves the machine; counts only in a scene that is offline.
    Offline,
    /// A person was asked for this call and said yes.
    Person,
    /// `--yes`, for a workflow whose digest is vetted.
    Unattended,
    /// A read of a workflow whose digest is vetted.
    VettedRead,
    /// The call is only planned: whoever sees the plan is asked. What is permitted by this goes to a
    /// transport that sends reads only.
    Planned,
    /// Nobody was asked.
    None,
}

impl Consent {
    const ALL: [Self; 6] = [
        Self::Offline,
        Self::Person,
        Self::Unattended,
        Self::VettedRead,
        Self::Planned,
        Self::None,
    ];

    /// The word for records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Person => "person",
            Self::Unattended => "unattended",
            Self::VettedRead => "vetted-read",
            Self::Planned => "planned",
            Self::None => "none",
        }
    }

    /// The consent that a record speaks of; a word that is not known is none.
    pub fn of_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|consent| consent.as_str() == word).unwrap_or(Self::None)
    }
}

/// Refuses what nobody agreed to, and high risks that a person neither saw nor named.
pub(crate) fn judge(scene: &Scene, subject: &Subject<'_>) -> Result<(), Denial> {
    let title = title(subject);
    let writes = subject.action.effect.is_write();
    let attended = match subject.consent {
        Consent::Offline => scene.offline,
        Consent::Person | Consent::Planned => true,
        Consent::Unattended => return unattended(scene, subject, &title),
        Consent::VettedRead if !writes => return unattended(scene, subject, &title),
        Consent::VettedRead | Consent::None => false,
    };
    if attended {
        return Ok(());
    }
    let what = if writes { "changes something" } else { "reads from the cloud" };
    let sentence = format!("`{title}` {what}, and nobody agreed to it");
    Err(Denial::new("policy.consent-missing", 16, sentence).unless(Some("--yes".to_owned())))
}

fn unattended(scene: &Scene, subject: &Subject<'_>, title: &str) -> Result<(), Denial> {
    let Some(risk) = subject.action.risk.filter(|risk| is_high(*risk)) else { return Ok(()) };
    if scene.allowances.risks.contains(&risk) {
        return Ok(());
    }
    let word = risk.as_str();
    let sentence = format!(
        "`{title}` is a risk of class `{word}`, which is not taken unattended unless it was named"
    );
    let rule = if is_own_class(risk) { 18 } else { 17 };
    Err(Denial::new("policy.risk-unnamed", rule, sentence).unless(flag(word)))
}

/// Whether the class is never taken unattended without having been named.
pub const fn is_high(risk: Risk) -> bool {
    match risk {
        Risk::AccessKey | Risk::ConsoleLogin | Risk::Mfa | Risk::Command | Risk::Purchase => true,
        Risk::Session | Risk::LicenseKey => false,
    }
}

/// The classes of rule 18.
const fn is_own_class(risk: Risk) -> bool {
    matches!(risk, Risk::AccessKey | Risk::Command | Risk::Purchase)
}
