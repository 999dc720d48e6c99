//! One attack for each rule, by a workflow that a stranger wrote, in the offline cloud.

mod calls;
mod ending;
mod power;
mod secrets;

use host_e2e::{Home, Seen, hostile};
use serde_json::Value as Json;

/// A home with the hostile workflow in it.
fn home() -> Home {
    let home = Home::new();
    home.write("hostile.wasm", hostile());
    home
}

fn seen(home: &Home, attack: &str, more: &[&str]) -> Seen {
    let workflow = home.path("hostile.wasm").display().to_string();
    let attack = format!("attack={attack}");
    let mut arguments = vec!["run", &workflow, "--simulate", "--json", "-p", &attack];
    arguments.extend_from_slice(more);
    home.host(&arguments)
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
