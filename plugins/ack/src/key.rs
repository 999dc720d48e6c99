//! Which AccessKey the clusters report with: one that the vault has, or a new one.

use std::fmt;

/// Most keys of one user.
const MOST: usize = 2;

/// An AccessKey of the reporting user, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) is_active: bool,
    /// When it was made, as the cloud writes it.
    pub(crate) created: Option<String>,
    /// Whether the vault has its secret.
    pub(crate) is_in_vault: bool,
    pub(crate) last_used: LastUse,
}

/// When a key was used last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LastUse {
    /// Not asked, or not answered.
    Unknown,
    Never,
    At(String),
}

impl LastUse {
    /// From the cloud's words, which name no date in several ways.
    pub(crate) fn read(text: &str) -> Self {
        match text.trim() {
            "" | "-" | "N/A" | "null" => Self::Never,
            at => Self::At(at.to_owned()),
        }
    }
}

impl Known {
    const fn is_usable(&self) -> bool {
        self.is_active && self.is_in_vault
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` (", self.id)?;
        let state = if self.is_active { "active" } else { "disabled" };
        let vault = if self.is_in_vault { "in the vault" } else { "unknown to the vault" };
        write!(
            f,
            "{state}, {vault}, made {}",
            self.created.as_deref().unwrap_or("at an unknown time")
        )?;
        match &self.last_used {
            LastUse::Unknown => f.write_str(", last use unknown)"),
            LastUse::Never => f.write_str(", never used)"),
            LastUse::At(at) => write!(f, ", last used {at})"),
        }
    }
}

/// What happens to the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyPlan {
    /// Disabled and deleted before anything else.
    pub(crate) first: Option<Known>,
    /// The id of the key that stays in use; `None` if one is made.
    pub(crate) uses: Option<String>,
    /// Disabled and deleted once every cluster reports with another one.
    pub(crate) last: Option<Known>,
}

/// Decides by the user's keys. `retire`: the operator's word for one of them. `orphan`: a key that an
/// earlier run made and could not keep. An error says, for people, what stands against it.
pub(crate) fn decide(
    keys: &[Known],
    retire: Option<&str>,
    orphan: Option<&str>,
) -> Result<KeyPlan, String> {
    let named = |id: Option<&str>| keys.iter().find(|key| Some(key.id.as_str()) == id).cloned();
    let (retired, orphan) = (named(retire), named(orphan));
    let usable = keys.iter().find(|key| key.is_usable() && Some(key.id.as_str()) != retire);
    if let Some(key) = usable {
        return Ok(KeyPlan { first: orphan, uses: Some(key.id.clone()), last: retired });
    }
    let make = |first, last| Ok(KeyPlan { first, uses: None, last });
    match (orphan, retired) {
        // Its secret is gone, so it can go first; what reports goes last.
        (Some(orphan), retired) if retired.as_ref() != Some(&orphan) => make(Some(orphan), retired),
        (_, Some(retired)) if keys.len() < MOST => make(None, Some(retired)),
        (_, Some(retired)) if retired.is_usable() => Err(both_needed(keys, &retired)),
        (_, Some(retired)) => make(Some(retired), None),
        _ if keys.len() < MOST => make(None, None),
        _ => Err(full(keys)),
    }
}

fn listed(keys: &[Known]) -> String {
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    keys.join(" and ")
}

fn full(keys: &[Known]) -> String {
    format!(
        "it has {MOST} AccessKeys, the most there may be, and none that can be used: {}",
        listed(keys)
    )
}

fn both_needed(keys: &[Known], retired: &Known) -> String {
    format!(
        "a new AccessKey has no place beside {}; `{}` is in use and goes last, so the other one has to go \
         first",
        listed(keys),
        retired.id
    )
}

/// The key that an earlier run made after `since` and could not keep: the newest that was never used
/// and that the vault does not know. `made`: when a key was made, in seconds since the epoch.
pub(crate) fn orphan(
    keys: &[Known],
    since: i64,
    made: impl Fn(&Known) -> Option<i64>,
) -> Option<&Known> {
    let lost = keys.iter().filter(|key| !key.is_in_vault && key.last_used == LastUse::Never);
    let dated = lost.filter_map(|key| Some((made(key)?, key)));
    dated.filter(|(at, _)| *at >= since).max_by_key(|(at, _)| *at).map(|(_, key)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `+` in the vault, `-` disabled.
    fn key(text: &str) -> Known {
        Known {
            id: text.trim_matches(['+', '-']).to_owned(),
            is_active: !text.ends_with('-'),
            created: Some("2026-01-05T09:00:00Z".to_owned()),
            is_in_vault: text.starts_with('+'),
            last_used: LastUse::Never,
        }
    }

    fn decided<'a>(keys: &[&str], retire: &'a str, orphan: &'a str) -> String {
        let keys: Vec<Known> = keys.iter().map(|text| key(text)).collect();
        let given = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        match decide(&keys, given(retire), given(orphan)) {
            Ok(KeyPlan { first, uses, last }) => {
                let id = |key: Option<Known>| key.map_or("-".to_owned(), |key| key.id);
                format!("{} {} {}", id(first), uses.as_deref().unwrap_or("new"), id(last))
            }
            Err(_) => "conflict".to_owned(),
        }
    }

    #[test]
    fn one_key_serves_every_cluster_and_every_run() {
        let cases: [(&[&str], &str, &str, &str); 18] = [
            (&[], "", "", "- new -"),
            (&["+a"], "", "", "- a -"),
            (&["b", "+a"], "", "", "- a -"),
            // Disabled, or unknown to the vault: made again while there is a place.
            (&["+a-"], "", "", "- new -"),
            (&["a"], "", "", "- new -"),
            (&["a", "b"], "", "", "conflict"),
            (&["+a-", "b"], "", "", "conflict"),
            // The operator names one.
            (&["a", "b"], "a", "", "a new -"),
            (&["+a-", "b"], "a", "", "a new -"),
            (&["+a"], "a", "", "- new a"),
            (&["+a", "b"], "b", "", "- a b"),
            (&["+a", "b"], "a", "", "conflict"),
            (&["+a"], "gone", "", "- a -"),
            (&["a", "b"], "gone", "", "conflict"),
            // A run died before the vault had the secret.
            (&["a"], "", "a", "a new -"),
            (&["a", "b"], "", "b", "b new -"),
            (&["+a", "b"], "", "b", "b a -"),
            (&["+a", "b"], "a", "b", "b new a"),
        ];
        for (keys, retire, orphan, expected) in cases {
            assert_eq!(decided(keys, retire, orphan), expected, "{keys:?} {retire} {orphan}");
        }
    }

    #[test]
    fn a_conflict_names_both_keys_with_all_that_is_known() {
        let mut keys = [key("a"), key("+b-")];
        keys[0].last_used = LastUse::At("2026-01-06T00:00:00Z".to_owned());
        let said = decide(&keys, None, None).unwrap_err();
        for part in ["`a` (active, unknown to the vault", "last used 2026-01-06", "`b` (disabled"] {
            assert!(said.contains(part), "{said}");
        }
    }

    #[test]
    fn only_a_key_that_nobody_ever_used_is_taken_for_lost() {
        let made = |key: &Known| key.created.as_deref().and_then(host_reporting::seconds);
        let at =
            |text: &str, created: &str| Known { created: Some(created.to_owned()), ..key(text) };
        let (early, late) = ("2026-01-05T09:00:00Z", "2026-01-05T10:00:00Z");
        let since = host_reporting::seconds("2026-01-05T09:30:00Z").unwrap();
        let used = Known { last_used: LastUse::At(late.to_owned()), ..at("a", late) };
        let cases = [
            (vec![at("a", late)], Some("a")),
            (vec![at("a", early)], None),
            (vec![at("+a", late)], None),
            (vec![used], None),
            (vec![at("a", "2026-01-05T09:40:00Z"), at("b", late)], Some("b")),
        ];
        for (keys, expected) in cases {
            let found = orphan(&keys, since, made).map(|key| key.id.as_str());
            assert_eq!(found, expected, "{keys:?}");
        }
        assert_eq!(LastUse::read("N/A"), LastUse::Never);
    }
}
