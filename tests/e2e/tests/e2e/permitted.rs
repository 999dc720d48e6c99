//! The least policy that a plan prints, pasted by somebody who believes it, is enough; and whoever may read less
//! hears all that is missing.

use std::fmt::Write as _;

use host_e2e::{ACK, DELEGATE, ECS, Home, Seen, Server, workspace};
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

fn host(home: &Home, server: &Server, verb: &str, more: &[&str]) -> Seen {
    let all = words(verb, server, more);
    home.host(&all.iter().map(String::as_str).collect::<Vec<_>>())
}

fn plan(home: &Home, server: &Server, workflow: &[&str], status: i32) -> Json {
    let seen = host(home, server, "plan", &[workflow, &["--json"]].concat()).exits(status);
    serde_json::from_str(&seen.stdout).expect("a plan is JSON")
}

/// The plan of somebody who may do everything.
fn whole(workflow: &[&str]) -> Json {
    let (home, server) = Server::of_scenario(&prompt_cloud());
    plan(&home, &server, workflow, 4)
}

#[track_caller]
fn is_enough(workflow: &[&str]) {
    let (home, server) = permitted(&prompt_cloud(), &whole(workflow));
    let again = plan(&home, &server, workflow, 4);
    assert_eq!(again["unread"], json!([]), "{again:#}");
    let run = host(&home, &server, "run", &[workflow, &["--yes", "--json"]].concat()).exits(0);
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

/// The plan with the policies that it asks for, less what `may` takes out of them.
fn less(plan: &Json, may: impl Fn(&str, &str) -> bool) -> Json {
    let mut less = plan.clone();
    for needed in less["needed"].as_array_mut().expect("a list") {
        let name = needed["name"].as_str().expect("a name").to_owned();
        let statements = needed["policy"]["Statement"].as_array_mut().expect("a list");
        for statement in statements.iter_mut() {
            let actions = match &statement["Action"] {
                Json::Array(all) => all.clone(),
                one => vec![one.clone()],
            };
            let left = actions.iter().filter(|it| may(&name, it.as_str().expect("a text")));
            statement["Action"] = left.cloned().collect();
        }
        statements.retain(|it| it["Action"] != json!([]));
        statements.push(json!({
            "Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*",
        }));
    }
    less
}

/// What has to be allowed, whoever planned it.
fn policies(plan: &Json) -> Vec<(&Json, &Json)> {
    let needed = plan["needed"].as_array().expect("a list");
    needed.iter().map(|it| (&it["name"], &it["policy"])).collect()
}

/// Every single read that the workflow itself needs, refused: the plan has the same steps, and says what is
/// missing, from where on it only supposes, and where a run would end.
#[test]
fn a_plan_goes_on_where_a_read_is_forbidden() {
    let cases: [(&[&str], &str, &str, u64); 9] = [
        (&DELEGATE, "monitoring", "ram:GetRole", 0),
        (&DELEGATE, "monitoring", "ram:GetPolicy", 5),
        (&DELEGATE, "source", "ram:GetUser", 0),
        (&DELEGATE, "source", "ram:GetPasswordPolicy", 3),
        (&ACK, "monitoring", "arms:ListTraceApps", 0),
        (&ACK, "monitoring", "ram:GetPolicy", 1),
        (&ACK, "source", "cs:DescribeAddon", 0),
        (&ECS, "monitoring", "arms:DescribeTraceLicenseKey", 0),
        (&ECS, "source", "ecs:DescribeCloudAssistantStatus", 0),
    ];
    let titles = |plan: &Json| -> Vec<Json> {
        let steps = plan["steps"].as_array().expect("a list");
        steps.iter().map(|step| step["sentence"].clone()).collect()
    };
    for (workflow, account, action, after) in cases {
        let whole = whole(workflow);
        let lacking = less(&whole, |name, it| (name, it) != (account, action));
        let (home, server) = permitted(&prompt_cloud(), &lacking);
        let told = plan(&home, &server, workflow, 1);
        let what = format!("{action} in {account}: {told:#}");
        assert_eq!(titles(&told), titles(&whole), "{what}");
        assert_eq!(policies(&told), policies(&whole), "{what}");
        let unread = told["unread"].as_array().expect("a list");
        assert!(!unread.is_empty() && unread.iter().all(|it| it["action"] == action), "{what}");
        assert_eq!(told["error"]["after"], after, "{what}");
        let from = told["forecast"]["from"].as_u64().expect("it is a forecast");
        assert!(from <= after + 1, "{what}");
    }
}

#[test]
fn whoever_may_nothing_hears_at_once_what_is_needed() {
    let whole = whole(&DELEGATE);
    let (home, server) = permitted(&prompt_cloud(), &less(&whole, |_, _| false));
    let told = plan(&home, &server, &DELEGATE, 1);
    assert_eq!(policies(&told), policies(&whole), "{told:#}");
    assert_eq!(told["steps"].as_array().map(Vec::len), whole["steps"].as_array().map(Vec::len));
    let read = host(&home, &server, "plan", &DELEGATE).exits(1);
    for words in [
        "`arms-admin` in monitoring (1234567890123456): `ram:GetRole` is needed, and was refused with `NoPermission`",
        "From step 1 on this is a forecast, and somebody is asked again: `ims:GetDefaultDomain` is refused with \
         `NoPermission`, so this supposes that nothing is there",
        "The run would end with an error before the first step, as long as what is listed above may not be read: \
         NoPermission",
    ] {
        assert!(read.stdout.contains(words), "{words}: {read}");
    }
}
