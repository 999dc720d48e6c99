//! What stands against writing our credentials into an add-on: somebody reports with it already.

use std::collections::BTreeSet;

use crate::settings::{Reporting, Settings, Shown};

/// What the credentials should be.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// The monitoring account.
    pub(crate) account: String,
    /// The id of the key; `None` if this run makes one.
    pub(crate) key: Option<String>,
    /// Every key that is, or was, the reporting user's.
    pub(crate) own: BTreeSet<String>,
    /// A key of the reporting user is being retired, and may stand behind asterisks.
    pub(crate) rotates: bool,
}

/// How the present credentials compare with those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    Same,
    /// All that is shown is the same; the cloud masks the id of the key.
    SameAsShown,
    Different,
}

impl Terms {
    /// Compares what is shown; secrets never are. `is_healthy`: the add-on says that it works.
    pub(crate) fn compare(&self, reporting: &Reporting, is_healthy: bool) -> Match {
        let uid = reporting.uid == Shown::Text(self.account.clone());
        let secret = reporting.secret != Shown::Nothing;
        let Some(key) = self.key.as_ref().filter(|_| uid && secret && is_healthy) else {
            return Match::Different;
        };
        match &reporting.key {
            Shown::Text(id) if id == key => Match::Same,
            Shown::Hidden if !self.rotates => Match::SameAsShown,
            _ => Match::Different,
        }
    }
}

/// Who uses the add-on now, as far as that can be seen.
#[derive(Debug, Clone)]
pub(crate) struct Use<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) reporting: &'a Reporting,
    pub(crate) is_healthy: bool,
    /// How many applications of the cluster the source account's own ARMS lists; `None` if it did not
    /// say.
    pub(crate) own_applications: Option<usize>,
}

/// What replacing the credentials would take from somebody; empty if it is nobody's.
pub(crate) fn conflicts(used: &Use<'_>, terms: &Terms) -> Vec<String> {
    if *used.settings == Settings::Unreadable {
        return vec!["its settings cannot be read, so what they are for is not known".to_owned()];
    }
    let found = [of_uid(used, terms), of_key(used, terms), of_itself(used), of_governance(used)];
    found.into_iter().flatten().collect()
}

fn of_uid(used: &Use<'_>, terms: &Terms) -> Option<String> {
    match &used.reporting.uid {
        Shown::Text(uid) | Shown::Number(uid) if *uid != terms.account => {
            Some(format!("it reports into account `{uid}`"))
        }
        Shown::Hidden => Some("it reports into an account that is not shown".to_owned()),
        _ => None,
    }
}

fn of_key(used: &Use<'_>, terms: &Terms) -> Option<String> {
    let is_into_ours = used.reporting.uid.said() == Some(&terms.account);
    // A key that the cloud refuses keeps nothing going.
    if is_into_ours && !used.is_healthy {
        return None;
    }
    match &used.reporting.key {
        Shown::Text(id) | Shown::Number(id) if !terms.own.contains(id) => Some(format!(
            "it reports with AccessKey `{id}`, which is none of the reporting user's"
        )),
        Shown::Hidden if !is_into_ours => {
            Some("it reports with an AccessKey that the cloud masks".to_owned())
        }
        Shown::Hidden if terms.key.is_none() && !terms.rotates => Some(
            "it reports with an AccessKey that the cloud masks, and this run has yet to make its own"
                .to_owned(),
        ),
        _ => None,
    }
}

/// Without credentials an add-on reports within its own account.
fn of_itself(used: &Use<'_>) -> Option<String> {
    let Reporting { key, uid, .. } = used.reporting;
    if *key != Shown::Nothing || *uid != Shown::Nothing {
        return None;
    }
    match used.own_applications {
        Some(0) => None,
        Some(count) => Some(format!(
            "it reports within its own account, where ARMS lists applications of the cluster: {count}"
        )),
        None => Some(
            "it reports within its own account; whether applications of the cluster are listed there \
             could not be read"
                .to_owned(),
        ),
    }
}

fn of_governance(used: &Use<'_>) -> Option<String> {
    let is_governed = used.settings.uses_mse();
    is_governed
        .then(|| "microservice governance (MSE) uses it, with the same credentials".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;

    const ACCOUNT: &str = "1000000000000001";

    fn terms(key: Option<&str>) -> Terms {
        let own = ["LTAIours", "LTAIold"].map(str::to_owned).into();
        Terms { account: ACCOUNT.to_owned(), key: key.map(str::to_owned), own, rotates: false }
    }

    fn judge(text: &str, healthy: bool, apps: Option<usize>, key: Option<&str>) -> (Match, usize) {
        let settings = Settings::read(Some(text));
        let reporting = settings.reporting(&Place::assumed());
        let used = Use {
            settings: &settings,
            reporting: &reporting,
            is_healthy: healthy,
            own_applications: apps,
        };
        let terms = terms(key);
        (terms.compare(&reporting, healthy), conflicts(&used, &terms).len())
    }

    fn settings(key: &str, secret: &str, uid: &str) -> String {
        serde_json::json!({ "accessKey": key, "accessKeySecret": secret, "uid": uid }).to_string()
    }

    #[test]
    fn what_is_ours_is_replaced_and_what_is_not_is_a_conflict() {
        let ours = Some("LTAIours");
        let other = "2000000000000002";
        let (sealed, masked) = ("[sealed]", "[masked]");
        let cases = [
            (settings("LTAIours", sealed, ACCOUNT), true, ours, Match::Same, 0),
            (settings("LTAIours", "", ACCOUNT), true, ours, Match::Different, 0),
            (settings("LTAIours", sealed, ACCOUNT), false, ours, Match::Different, 0),
            (settings("LTAIold", sealed, ACCOUNT), true, ours, Match::Different, 0),
            (settings("LTAIelse", sealed, ACCOUNT), true, ours, Match::Different, 1),
            (settings("LTAIelse", sealed, ACCOUNT), false, ours, Match::Different, 0),
            (settings("LTAIelse", sealed, other), true, ours, Match::Different, 2),
            (settings("LTAIelse", sealed, other), false, ours, Match::Different, 2),
            (settings(masked, masked, ACCOUNT), true, ours, Match::SameAsShown, 0),
            (settings(masked, masked, ACCOUNT), false, ours, Match::Different, 0),
            (settings(masked, masked, ACCOUNT), true, None, Match::Different, 1),
            (settings(masked, masked, other), true, ours, Match::Different, 2),
            (settings(masked, masked, ""), true, ours, Match::Different, 1),
            ("[sealed]".to_owned(), true, ours, Match::Different, 1),
        ];
        for (text, healthy, key, matched, count) in cases {
            assert_eq!(judge(&text, healthy, Some(0), key), (matched, count), "{text} {healthy}");
        }
        let number = format!(
            r#"{{"accessKey": "LTAIours", "accessKeySecret": "[sealed]", "uid": {ACCOUNT}}}"#
        );
        assert_eq!(judge(&number, true, Some(0), ours), (Match::Different, 0));
    }

    #[test]
    fn what_is_masked_may_be_the_key_that_is_retired() {
        let settings = Settings::read(Some(&settings("[masked]", "[masked]", ACCOUNT)));
        let reporting = settings.reporting(&Place::assumed());
        let used = Use {
            settings: &settings,
            reporting: &reporting,
            is_healthy: true,
            own_applications: Some(0),
        };
        for key in [Some("LTAIours"), None] {
            let terms = Terms { rotates: true, ..terms(key) };
            assert_eq!(terms.compare(&reporting, true), Match::Different);
            assert!(conflicts(&used, &terms).is_empty());
        }
    }

    #[test]
    fn an_add_on_without_credentials_may_be_in_use_all_the_same() {
        let none = settings("", "", "");
        for (apps, count) in [(Some(0), 0), (Some(3), 1), (None, 1)] {
            assert_eq!(judge(&none, true, apps, Some("LTAIours")), (Match::Different, count));
        }
        let governed = r#"{"mseEnabled": true}"#;
        assert_eq!(judge(governed, true, Some(0), None).1, 1);
        assert_eq!(judge("", true, Some(0), None).1, 0);
    }
}
