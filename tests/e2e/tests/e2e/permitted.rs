//! The least policy that a plan prints, pasted by somebody who believes it, is enough.

use std::fmt::Write as _;

use host_e2e::{ACK, DELEGATE, ECS, Home, Server, workspace};
use serde_json::{Value as Json, json};

const ACCOUNTS: [(&str, &str); 2] =
    [("monitoring", "1234567890123456"), ("source", "6543210987654321")];

fn words(verb: &str, server: &Server, more: &[&str]) -> Vec<String> {
    let mut words = vec![verb.to_owned()];
    words.extend(more.iter().map(|&word| word.to_owned()));
    words.extend(["--endpoint".to_owned(), format!("http://{}", server.address)]);
    for (name, account) in ACCOUNTS {
        words.extend(["--account".to_owned(), format!("{name}={name}@{account}")]);
    }
    words
}

fn key_of(account: &str) -> (String, String) {
    (format!("LTAI5tFakePlanner{account}"), format!("FakePlannerSecret{account}"))
}

/// The cloud with a user in each account who may do what the plan says, and nothing else.
fn permitted(cloud: &str, plan: &Json) -> (Home, Server) {
    let mut cloud = cloud.to_owned();
    let mut profiles = Vec::new();
    for needed in plan["needed"].as_array().expect("a plan says what it needs") {
        let name = needed["name"].as_str().expect("a name");
        let (id, secret) = key_of(needed["account"].as_str().expect("an account"));
        let document = Json::from(needed["policy"].to_string());
        write!(
            cloud,
            "\n[[accounts.{name}.policies]]\nname = \"least\"\ndocument = {document}\n\
             [[accounts.{name}.users]]\nname = \"planner\"\npolicies = [\"least\"]\n\
             keys = [{{ id = \"{id}\", secret = \"{secret}\" }}]\n"
        )
        .expect("text grows");
        profiles.push(json!({
            "name": name, "mode": "AK", "access_key_id": id, "access_key_secret": secret,
        }));
    }
    let (home, server) = Server::of_scenario(&cloud);
    home.write_profiles(&json!({ "current": "source", "profiles": profiles }).to_string());
    (home, server)
}

/// The cloud that is built in, where everything shows at once.
fn prompt_cloud() -> String {
    let cloud = workspace().join("host/simulator/data/two-accounts.toml");
    let cloud = std::fs::read_to_string(cloud).expect("it is the scenario that is built in");
    let line = |line: &str| match line.split_once(" = ") {
        Some((name @ ("role" | "attachment" | "key" | "detach" | "app"), _)) => {
            format!("{name} = 0\n")
        }
        _ => format!("{line}\n"),
    };
    cloud.lines().map(line).collect()
}

#[track_caller]
fn is_enough(workflow: &[&str]) {
    let cloud = prompt_cloud();
    let (home, server) = Server::of_scenario(&cloud);
    let host = |home: &Home, server: &Server, verb: &str, more: &[&str]| {
        let all = words(verb, server, &[workflow, more].concat());
        home.host(&all.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let seen = host(&home, &server, "plan", &["--json"]).exits(4);
    let plan: Json = serde_json::from_str(&seen.stdout).expect("a plan is JSON");
    let (home, server) = permitted(&cloud, &plan);
    let again = host(&home, &server, "plan", &["--json"]).exits(4);
    let again: Json = serde_json::from_str(&again.stdout).expect("a plan is JSON");
    assert_eq!(again["unread"], json!([]), "{again:#}");
    let run = host(&home, &server, "run", &["--yes", "--json"]).exits(0);
    assert_eq!(run.ended()["verdict"], "verified", "{run}");
}

#[test]
fn the_least_policy_of_a_plan_is_enough_for_delegate() {
    is_enough(&DELEGATE);
}

#[test]
fn the_least_policy_of_a_plan_is_enough_for_ack() {
    is_enough(&ACK);
}

#[test]
fn the_least_policy_of_a_plan_is_enough_for_ecs() {
    is_enough(&ECS);
}
