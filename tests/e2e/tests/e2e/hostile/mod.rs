//! One attack for each rule, by a workflow that a stranger wrote, in the offline cloud.

mod addons;
mod calls;
mod commands;
mod consent;
mod ending;
mod power;
mod proofs;
mod secrets;
mod words;

use host_e2e::{Home, Secrets, Seen, hostile, workspace};
use serde_json::Value as Json;

/// A home with the hostile workflow in it.
fn home() -> Home {
    let home = Home::untouched();
    home.write("hostile.wasm", hostile());
    home
}

fn seen(home: &Home, attack: &str, more: &[&str]) -> Seen {
    let workflow = home.path("hostile.wasm").display().to_string();
    let scenario = home.path("scenario.toml");
    let simulate = if scenario.exists() {
        format!("--simulate={}", scenario.display())
    } else {
        "--simulate".to_owned()
    };
    let attack = format!("attack={attack}");
    let mut arguments = vec!["run", &workflow, &simulate, "--json", "-p", &attack];
    arguments.extend_from_slice(more);
    home.host(&arguments)
}

/// A home whose cloud is the one that is built in, with parts in place of others.
#[track_caller]
fn home_with(parts: &[(&str, &str)]) -> Home {
    let path = workspace().join("host/simulator/data/two-accounts.toml");
    let mut text = std::fs::read_to_string(path).expect("the built-in scenario is a file");
    for (part, other) in parts {
        assert!(text.contains(part), "the built-in scenario has no `{part}`");
        text = text.replacen(part, other, 1);
    }
    let home = home();
    home.write("scenario.toml", text);
    home
}

/// The license key of the built-in scenario.
const LICENSE_KEY: &str = "fakelicensekey@0123456789abcde";

/// Every secret that the cloud of this home knows.
fn secrets_of(home: &Home) -> Secrets {
    let mut secrets = Secrets::default();
    secrets.learn(LICENSE_KEY);
    secrets.learn_cloud(&home.state());
    secrets
}

/// No output and no file holds a secret, and neither does anything that the guest read.
#[track_caller]
fn nothing_leaked(home: &Home, secrets: &Secrets, spoils: &Spoils) {
    secrets.are_not_in("the output", &spoils.seen.both());
    secrets.are_not_below(&home.state());
    secrets.are_not_below(home.cache());
    for attempt in &spoils.got {
        let read: String = attempt["value"].as_str().unwrap_or_default().chars().rev().collect();
        secrets.are_not_in(&attempt["what"].to_string(), &read);
    }
}

/// What every attempt of an attack got.
struct Spoils {
    got: Vec<Json>,
    seen: Seen,
}

impl Spoils {
    /// The attempts of that name; there must be some.
    #[track_caller]
    fn of(&self, what: &str) -> Vec<&Json> {
        let found: Vec<&Json> = self.got.iter().filter(|it| it["what"] == what).collect();
        assert!(!found.is_empty(), "no attempt `{what}`: {}", self.seen);
        found
    }

    /// The host refused it, without asking the cloud, and with this code if one is given.
    #[track_caller]
    fn denied(&self, what: &str, code: &str) {
        for attempt in self.of(what) {
            assert_eq!(attempt["kind"], "denied", "{attempt}");
            assert_eq!(attempt["request-id"], Json::Null, "{attempt}");
            assert!(attempt["code"].as_str().is_some_and(|it| it.contains(code)), "{attempt}");
        }
    }

    /// The host refused it, as a rule or as a wrong value, without asking the cloud.
    #[track_caller]
    fn refused(&self, what: &str) {
        for attempt in self.of(what) {
            let kind = attempt["kind"].as_str().unwrap_or_default();
            assert!(["denied", "invalid"].contains(&kind), "{attempt}");
            assert_eq!(attempt["request-id"], Json::Null, "{attempt}");
        }
    }

    /// Everything but what is named was refused by the host.
    #[track_caller]
    fn all_refused_but(&self, allowed: &[&str]) {
        for attempt in &self.got {
            let what = attempt["what"].as_str().unwrap_or_default();
            if !allowed.contains(&what) {
                self.refused(what);
            }
        }
    }

    #[track_caller]
    fn kind(&self, what: &str) -> &str {
        self.of(what)[0]["kind"].as_str().unwrap_or_default()
    }

    /// What the guest read, which it gives away backwards, so that nothing on the way redacts it.
    #[track_caller]
    fn read(&self, what: &str) -> String {
        self.value(what).as_str().unwrap_or_default().chars().rev().collect()
    }

    #[track_caller]
    fn value(&self, what: &str) -> &Json {
        let attempt = self.of(what)[0];
        assert_eq!(attempt["kind"], "ok", "{attempt}");
        &attempt["value"]
    }
}

#[track_caller]
fn attack_in(home: &Home, attack: &str, more: &[&str]) -> Spoils {
    let seen = seen(home, attack, more);
    let ended = seen.ended();
    let got = ended["output"]["got"].as_array().cloned();
    assert!(got.is_some(), "the attack did not come to its end: {seen}");
    Spoils { got: got.unwrap_or_default(), seen }
}

#[track_caller]
fn attack(attack: &str) -> Spoils {
    attack_in(&home(), attack, &[])
}
