//! A cloud that answers reads late shows a run the same as one that does not (fault row 27).

use std::collections::BTreeSet;
use std::time::Duration;

use host_catalog::Catalog;
use host_model::{Call, Value};
use host_ports::Clock as _;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::bed::{Bed, call};

/// How late the cloud is, in seconds.
const LATE: u32 = 7;

/// Changes that the story does not make, as `product:Action`.
const UNTOLD: [&str; 2] = ["ims:CreateAccessKey", "ram:UnbindMFADevice"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    write: Vec<Write>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Write {
    call: String,
    with: Map<String, Json>,
    reads: Vec<Read>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    call: String,
    #[serde(default)]
    with: Map<String, Json>,
}

fn story() -> Story {
    toml::from_str(include_str!("late.toml")).unwrap()
}

/// What stands for a text of the story.
fn filled(text: &str, key: &str) -> String {
    let document =
        |rest: &str| format!(r#"{{"Version":"1","Statement":[{{"Effect":"Allow",{rest}}}]}}"#);
    match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        Some("key") => key.to_owned(),
        Some(word) => match word.split_once(':') {
            Some(("trust", name)) => document(&format!(
                r#""Action":"sts:AssumeRole","Principal":{{"RAM":["acs:ram::6543210987654321:{name}"]}}"#
            )),
            Some(("allow", action)) => {
                document(&format!(r#""Action":["{action}"],"Resource":"*""#))
            }
            _ => text.to_owned(),
        },
        None => text.to_owned(),
    }
}

/// What the cloud said, without what depends on the time.
fn timeless(mut body: Json) -> Json {
    fn drop_dates(json: &mut Json) {
        match json {
            Json::Object(fields) => {
                fields.retain(|name, _| !name.ends_with("Date") && name != "RequestId");
                fields.values_mut().for_each(drop_dates);
            }
            Json::Array(items) => items.iter_mut().for_each(drop_dates),
            _ => {}
        }
    }
    drop_dates(&mut body);
    body
}

/// One who makes the calls of the story.
struct Teller {
    bed: Bed,
    /// The id of the key that was made last.
    key: String,
    /// What was answered, and how long it took.
    heard: Vec<(String, Json, Duration)>,
}

impl Teller {
    async fn new(late: u32) -> Self {
        let bed = Bed::new().await;
        bed.cloud.simulator.meddle(|state| state.consistency.read = late);
        Self { bed, key: String::new(), heard: Vec::new() }
    }

    async fn ask(&mut self, title: &str, with: &Map<String, Json>) {
        let given: Vec<(&str, Json)> = with
            .iter()
            .map(|(name, value)| match value {
                Json::String(text) => (name.as_str(), json!(filled(text, &self.key))),
                other => (name.as_str(), other.clone()),
            })
            .collect();
        let mut call: Call = call(title, &given);
        for (_, value) in &mut call.parameters {
            if *value == Value::Text("{password}".to_owned()) {
                *value = Value::Secret(self.bed.password("u1").await);
            }
        }
        let before = self.bed.cloud.clock.now();
        let answer = match self.bed.call(&call).await.unwrap() {
            Ok(reply) => reply.body,
            // Without its user, a login profile is missing in another way than before.
            Err(error) => json!(format!("{:?}", error.kind)),
        };
        if let Some(id) = answer.pointer("/AccessKey/AccessKeyId").and_then(Json::as_str) {
            id.clone_into(&mut self.key);
        }
        let took = self.bed.cloud.clock.now().since(before);
        self.heard.push((title.to_owned(), timeless(answer), took));
    }
}

/// All answers. After each change the reads begin with another one in each `turn`, so that each of them meets
/// a cloud that does not show the change yet.
async fn told(late: u32, turn: usize) -> Vec<(String, Json, Duration)> {
    let mut teller = Teller::new(late).await;
    for Write { call, with, mut reads } in story().write {
        teller.ask(&call, &with).await;
        let first = turn % reads.len();
        reads.rotate_left(first);
        for read in reads {
            teller.ask(&read.call, &read.with).await;
        }
    }
    teller.heard
}

#[tokio::test]
async fn a_late_cloud_shows_a_run_what_one_shows_that_is_not() {
    let turns = story().write.iter().map(|write| write.reads.len()).max().unwrap();
    for turn in 0..turns {
        let (at_once, late) = (told(0, turn).await, told(LATE, turn).await);
        assert_eq!(at_once.len(), late.len());
        for (number, (once, late)) in at_once.iter().zip(&late).enumerate() {
            assert_eq!(late.1, once.1, "turn {turn}, call {number}, {}", once.0);
            // What shows is not waited for. What is not found is looked for once more.
            assert!(once.2 <= Duration::from_secs(4), "turn {turn}, {once:?}");
            assert!(late.2 <= Duration::from_secs(2 + u64::from(LATE)), "turn {turn}, {late:?}");
        }
        let waited = |all: &[(String, Json, Duration)]| all.iter().map(|it| it.2).sum::<Duration>();
        assert!(waited(&late) > waited(&at_once) + Duration::from_mins(1), "nobody waited");
    }
}

#[tokio::test]
async fn a_run_that_goes_on_waits_for_what_it_wrote_before() {
    let mut bed = Bed::new().await;
    bed.cloud.simulator.meddle(|state| state.consistency.read = LATE);
    let trust = filled("{trust:root}", "");
    let make = [("RoleName", json!("r1")), ("AssumeRolePolicyDocument", json!(trust))];
    let with = |description: &str| {
        call("ram:UpdateRole", &[("RoleName", json!("r1")), ("NewDescription", json!(description))])
    };
    bed.call(&call("ram:CreateRole", &make)).await.unwrap().unwrap();
    bed.call(&with("first")).await.unwrap().unwrap();
    bed.call(&with("second")).await.unwrap().unwrap();
    bed.resume(&with("second"), Duration::from_secs(1)).await.unwrap().unwrap();
    assert_eq!(bed.writes(), Vec::<String>::new(), "it is answered from the journal");
    let read = call("ram:GetRole", &[("RoleName", json!("r1"))]);
    let role = bed.call(&read).await.unwrap().unwrap().body;
    assert_eq!(role.pointer("/Role/Description"), Some(&json!("second")));
}

#[tokio::test]
async fn every_change_of_the_story_is_made() {
    let failed = told(0, 0).await.into_iter().filter(|(title, answer, _)| {
        let (product, action) = title.split_once(':').unwrap();
        let action = Catalog::builtin().action(product, action).unwrap();
        action.effect.is_write() && answer.is_string()
    });
    assert_eq!(failed.map(|it| (it.0, it.1)).collect::<Vec<_>>(), []);
}

#[test]
fn the_story_has_every_change_and_every_read_that_shows_it() {
    let story = story();
    let mut missing = BTreeSet::new();
    for product in ["ims", "ram", "resourcemanager"] {
        let actions = Catalog::builtin().product(product).unwrap().actions.values();
        for action in actions.filter(|action| action.effect.is_write()) {
            let title = format!("{product}:{}", action.name);
            let told: Vec<&Write> = story.write.iter().filter(|it| it.call == title).collect();
            if told.is_empty() != UNTOLD.contains(&title.as_str()) {
                missing.insert(title.clone());
            }
            for write in told {
                let reads = action.shows.iter().map(|shows| &shows.read);
                let untold = reads.filter(|read| !write.reads.iter().any(|it| it.call == **read));
                missing.extend(untold.map(|read| format!("{title} shown by {read}")));
            }
        }
    }
    assert_eq!(missing, BTreeSet::new());
}
