//! Policy files against a cloud behind an address: what nobody is asked about is what a rule grants.

use host_e2e::{Home, Seen, Server, delegate, hostile};

const ACCOUNTS: [&str; 4] = ["--account", "monitoring=monitoring", "--account", "source=source"];

/// A stranger's user, and nothing else; reads are free.
const USER: &str = "reads = \"declared\"\n[[rule]]\nworkflow = \"hostile\"\naccount = \"source\"\n\
                    actions = [\"ram:CreateUser\"]\nresources = [\"user/hostile-*\"]\n";

fn run(cloud: &(Home, Server), verb: &str, workflow: &str, more: &[&str]) -> Seen {
    let (home, server) = cloud;
    let endpoint = format!("http://{}", server.address);
    let words =
        [&[verb, workflow, "--endpoint", &endpoint, "--json"], &ACCOUNTS[..], more].concat();
    home.host(&words)
}

fn stranger(cloud: &(Home, Server), more: &[&str]) -> Seen {
    let workflow = cloud.0.write("hostile.wasm", hostile()).display().to_string();
    run(cloud, "run", &workflow, &[&["-p", "attack=own-user"], more].concat())
}

fn policy(cloud: &(Home, Server), text: &str) -> String {
    cloud.0.write("policy.toml", text).display().to_string()
}

/// The writes that left the machine.
fn changes(seen: &Seen) -> Vec<String> {
    let calls = seen.events_of("call").into_iter();
    let sent = calls.filter(|it| it["request_id"].is_string() && it["effect"] != "read");
    sent.map(|call| call["action"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_stranger_does_unattended_what_a_rule_grants_and_nothing_else() {
    let cloud = Server::with_profiles();
    let seen = stranger(&cloud, &["--yes"]).exits(3);
    assert_eq!(changes(&seen), [] as [String; 0], "{seen}");

    let file = policy(&cloud, USER);
    let seen = stranger(&cloud, &["--yes", "--policy", &file]);
    assert_eq!(changes(&seen), ["CreateUser"], "{seen}");
    let calls = seen.events_of("call");
    let key = calls.iter().find(|call| call["action"] == "CreateAccessKey").expect("it was tried");
    assert_eq!(
        (&key["outcome"], &key["code"]),
        (&"denied".into(), &"policy.call-ungranted".into())
    );

    // The class has to be named, by whichever pattern the action is matched.
    let wide = policy(&cloud, &format!("{USER}[[rule]]\nactions = [\"*\"]\n"));
    let seen = stranger(&cloud, &["--yes", "--new", "--policy", &wide]);
    assert!(!changes(&seen).iter().any(|it| it == "CreateAccessKey"), "{seen}");
    let calls = seen.events_of("call");
    let key = calls.iter().find(|call| call["action"] == "CreateAccessKey").expect("it was tried");
    assert_eq!(key["code"], "policy.risk-ungranted", "{seen}");

    // And what the denial offers grants it.
    let rule = key["grant"].as_str().expect("it can be granted");
    let wider = policy(&cloud, &format!("{USER}[[rule]]\nactions = [\"*\"]\n{rule}"));
    let seen = stranger(&cloud, &["--yes", "--new", "--policy", &wider]);
    assert!(changes(&seen).iter().any(|it| it == "CreateAccessKey"), "{seen}");
}

#[test]
fn a_plan_says_what_a_file_that_only_audits_would_deny() {
    let cloud = Server::with_profiles();
    let file = policy(&cloud, "mode = \"audit\"\nreads = \"declared\"\n");
    let workflow = delegate().display().to_string();
    let users = ["-p", r#"users=[{"name":"alice","sign-in":"access-key"}]"#, "--policy", &file];
    let seen = run(&cloud, "run", &workflow, &[&users[..], &["--yes"]].concat()).exits(2);
    assert!(seen.stderr.contains("error[policy.audit-live]"), "{seen}");
    let saved = cloud.0.path("a.plan").display().to_string();
    let seen = run(&cloud, "plan", &workflow, &[&users[..], &["-o", &saved]].concat()).exits(4);
    let plan: serde_json::Value = serde_json::from_str(&seen.stdout).expect("it is JSON");
    let denials = plan["would_deny"].as_array().expect("they are listed");
    let actions: Vec<&str> = denials.iter().filter_map(|it| it["action"].as_str()).collect();
    assert!(actions.contains(&"ram:CreateUser") && actions.contains(&"ram:CreateRole"), "{seen}");
    assert!(denials.iter().all(|it| it["grant"].is_string()), "{seen}");
    let seen = cloud.0.host(&["apply", &saved]).exits(2);
    assert!(seen.stderr.contains("error[policy.audit-live]"), "{seen}");
}
