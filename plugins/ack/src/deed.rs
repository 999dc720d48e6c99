//! What is to be done to the add-on of one cluster.

use crate::conflict::{self, Match, Terms, Use};
use crate::offer::{self, Offer};
use crate::place::Place;
use crate::settings::Settings;
use crate::version::Version;

/// The add-on as it is.
#[derive(Debug, Clone)]
pub(crate) struct Present {
    pub(crate) version: String,
    pub(crate) state: String,
    pub(crate) settings: Settings,
}

impl Present {
    /// Whether the add-on says that it works.
    pub(crate) fn is_healthy(&self) -> bool {
        self.state == "active"
    }

    /// Whether the cloud is done with it: it works, or it does not.
    pub(crate) fn is_settled(&self) -> bool {
        is_settled(&self.state)
    }
}

/// Whether an add-on in that state is neither being changed nor in a state that nobody knows.
pub(crate) fn is_settled(state: &str) -> bool {
    matches!(state, "active" | "unhealthy")
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Nothing: it is as it should be.
    Keep,
    /// It gets the credentials.
    Configure,
    /// It comes, with the credentials.
    Install { to: Version },
    /// It gets another version, and the credentials with it if they differ or are reset.
    Upgrade { from: Version, to: Version, with_credentials: bool },
}

/// What the operator allows.
#[derive(Debug, Clone)]
pub(crate) struct Allowed {
    pub(crate) least: Version,
    pub(crate) upgrade: bool,
    /// An upgrade forgets settings that are not given with it.
    pub(crate) overwrite: bool,
    pub(crate) replace: bool,
}

/// A cluster's way from what is there to what should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Course {
    pub(crate) deed: Deed,
    /// What a person should know before it is done.
    pub(crate) warnings: Vec<String>,
    /// What was assumed.
    pub(crate) notes: Vec<String>,
}

/// Decides; or says, for people, why it cannot be done.
pub(crate) fn decide(
    present: Option<(&Present, &Place, Option<usize>)>,
    offer: &Offer,
    terms: &Terms,
    allowed: &Allowed,
) -> Result<Course, Vec<String>> {
    let Some((present, place, own_applications)) = present else {
        let to = offer.to_install(&allowed.least).map_err(|reason| vec![reason])?;
        let (warnings, notes) = (Vec::new(), Vec::new());
        return Ok(Course { deed: Deed::Install { to }, warnings, notes });
    };
    let mut reasons = Vec::new();
    let mut warnings = Vec::new();
    let upgrade = upgrade(present, offer, allowed, &mut warnings).map_err(|why| reasons.push(why));
    let reporting = present.settings.reporting(place);
    let is_healthy = present.is_healthy();
    let matched = terms.compare(&reporting, is_healthy);
    if matched == Match::Different {
        let settings = &present.settings;
        let used = Use { settings, reporting: &reporting, is_healthy, own_applications };
        replace(conflict::conflicts(&used, terms), terms, allowed, &mut reasons, &mut warnings);
    }
    match upgrade {
        Ok(versions) if reasons.is_empty() => {
            let differs = matched == Match::Different;
            let deed = match versions {
                Some((from, to)) => {
                    let with_credentials = differs || allowed.overwrite;
                    Deed::Upgrade { from, to, with_credentials }
                }
                None if differs => Deed::Configure,
                None => Deed::Keep,
            };
            let mut notes = Vec::new();
            if matched == Match::SameAsShown {
                notes.push(
                    "the cloud masks the id of its AccessKey: `uid`, state and version are as they \
                     should be, so the key counts as ours"
                        .to_owned(),
                );
            }
            Ok(Course { deed, warnings, notes })
        }
        _ => Err(reasons),
    }
}

/// From which version to which, if it has to be.
fn upgrade(
    present: &Present,
    offer: &Offer,
    allowed: &Allowed,
    warnings: &mut Vec<String>,
) -> Result<Option<(Version, Version)>, String> {
    let least = &allowed.least;
    let Some(from) = Version::parse(&present.version) else {
        return Err(format!(
            "the version of its `ack-onepilot` cannot be read: `{}`",
            present.version
        ));
    };
    if from >= *least {
        return Ok(None);
    }
    let to = offer.to_upgrade(&from, least)?;
    if !allowed.upgrade {
        return Err(format!(
            "its `ack-onepilot` is {from}, and {least} is the least: set `allow-upgrade` to true to \
             have it upgraded to {to}"
        ));
    }
    warnings.extend(offer::changes(&from, &to));
    if allowed.overwrite {
        warnings.push(
            "`overwrite` resets all settings that others made, but the credentials".to_owned(),
        );
    }
    Ok(Some((from, to)))
}

fn replace(
    conflicts: Vec<String>,
    terms: &Terms,
    allowed: &Allowed,
    reasons: &mut Vec<String>,
    warnings: &mut Vec<String>,
) {
    if conflicts.is_empty() {
        return;
    }
    if !allowed.replace {
        let why = conflicts.join("; ");
        reasons.push(format!("{why}: set `replace-reporting` to true to replace that"));
        return;
    }
    warnings.extend(conflicts);
    warnings.push(format!(
        "that is replaced: what ran with it reports into account `{}` from the next start of its pods, \
         and what was recorded so far stays where it is",
        terms.account
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "1000000000000001";

    fn allowed(upgrade: bool, replace: bool, overwrite: bool) -> Allowed {
        Allowed { least: Version::parse("3.0.14").unwrap(), upgrade, overwrite, replace }
    }

    fn decided(version: &str, key: &str, allowed: &Allowed) -> Result<Course, Vec<String>> {
        let text =
            serde_json::json!({ "accessKey": key, "accessKeySecret": "[sealed]", "uid": ACCOUNT });
        let present = Present {
            version: version.to_owned(),
            state: "active".to_owned(),
            settings: Settings::read(Some(&text.to_string())),
        };
        let versions = ["3.0.20", "5.1.1"].map(str::to_owned).into();
        let offer = Offer { versions, schema: None };
        let ours = "LTAIours".to_owned();
        let terms = Terms {
            account: ACCOUNT.to_owned(),
            key: Some(ours.clone()),
            own: [ours].into(),
            rotates: false,
        };
        decide(Some((&present, &Place::assumed(), Some(0))), &offer, &terms, allowed)
    }

    fn word(course: &Result<Course, Vec<String>>) -> String {
        match course.as_ref().map(|course| &course.deed) {
            Ok(Deed::Keep) => "keep".to_owned(),
            Ok(Deed::Configure) => "configure".to_owned(),
            Ok(Deed::Install { to }) => format!("install {to}"),
            Ok(Deed::Upgrade { from, to, with_credentials }) => {
                format!("upgrade {from} {to} {with_credentials}")
            }
            Err(reasons) => format!("{} reasons", reasons.len()),
        }
    }

    #[test]
    fn only_what_differs_is_done_and_only_what_is_allowed() {
        let (none, all) = (allowed(false, false, false), allowed(true, true, false));
        let overwrite = allowed(true, false, true);
        let cases = [
            ("3.0.14", "LTAIours", &none, "keep"),
            ("5.1.1", "[masked]", &none, "keep"),
            ("3.0.20", "", &none, "configure"),
            ("3.0.20", "LTAIelse", &none, "1 reasons"),
            ("3.0.20", "LTAIelse", &all, "configure"),
            ("3.0.9", "LTAIours", &none, "1 reasons"),
            ("3.0.9", "LTAIours", &all, "upgrade 3.0.9 3.0.20 false"),
            ("3.0.9", "LTAIours", &overwrite, "upgrade 3.0.9 3.0.20 true"),
            ("3.0.9", "", &all, "upgrade 3.0.9 3.0.20 true"),
            ("3.0.9", "LTAIelse", &none, "2 reasons"),
            ("newest", "LTAIours", &all, "1 reasons"),
        ];
        for (version, key, allowed, expected) in cases {
            let course = decided(version, key, allowed);
            assert_eq!(word(&course), expected, "{version} {key} {course:?}");
        }
        let replaced = decided("3.0.20", "LTAIelse", &all).unwrap();
        assert_eq!(replaced.warnings.len(), 2, "{:?}", replaced.warnings);
        assert_eq!(decided("5.1.1", "[masked]", &none).unwrap().notes.len(), 1);
        assert!(decided("3.0.14", "LTAIours", &none).unwrap().warnings.is_empty());
    }
}
