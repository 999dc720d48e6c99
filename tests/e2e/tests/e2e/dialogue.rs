//! A person at a terminal: a question, a no, a yes, and Ctrl-C at any of them.

use host_e2e::{BEFORE, Home, INTERRUPT, Seen, Server, delegate, workspace};

const ASKED: &str = "do exactly this? only `yes` goes on: ";
const ACCOUNTS: [&str; 4] = ["--account", "monitoring=monitoring", "--account", "source=source"];
const USERS: &str = r#"users=[{"name":"alice","sign-in":"access-key"}]"#;

/// A cloud whose first role takes its time.
fn cloud(fault: &str) -> (Home, Server) {
    let builtin = workspace().join("host/simulator/data/two-accounts.toml");
    let builtin = std::fs::read_to_string(builtin).expect("it is the scenario that is built in");
    Server::of_scenario(&format!("{builtin}\n{fault}"))
}

const SLOW_ROLE: &str =
    "[[fault]]\non = \"ram:CreateRole\"\nkind = \"throttle\"\nretry_after = 4000\ncount = 1\n";

fn words<'a>(
    command: &'a str,
    endpoint: &'a str,
    workflow: &'a str,
    more: &'a [&str],
) -> Vec<&'a str> {
    [&[command, workflow, "--endpoint", endpoint, "-p", USERS], &ACCOUNTS[..], more].concat()
}

fn in_dialogue(home: &Home, server: &Server, turns: &[(&str, &str)]) -> Seen {
    let (workflow, endpoint) =
        (delegate().display().to_string(), format!("http://{}", server.address));
    home.host_in_dialogue(&words("run", &endpoint, &workflow, &[]), turns)
}

/// What a plan says that is made now: whether anything was changed before.
fn is_untouched(home: &Home, server: &Server) -> bool {
    let (workflow, endpoint) =
        (delegate().display().to_string(), format!("http://{}", server.address));
    let seen = home.host(&words("plan", &endpoint, &workflow, &[]));
    seen.stdout.contains(". create user `alice`")
}

#[test]
fn only_a_yes_goes_on_and_an_interrupt_at_the_question_is_none() {
    let (home, server) = cloud("");
    for (answer, words) in
        [("no", "the plan was declined"), (INTERRUPT, "the plan was interrupted")]
    {
        let seen = in_dialogue(&home, &server, &[(ASKED, answer)]).exits(3);
        assert!(seen.stderr.contains(words), "{seen}");
        assert!(seen.stderr.contains("nothing was changed"), "{seen}");
        assert!(is_untouched(&home, &server), "{answer}");
    }
    let seen = in_dialogue(&home, &server, &[(ASKED, "yes")]).exits(0);
    assert!(seen.stderr.contains("verified: every proof of access and data was seen"), "{seen}");
}

#[test]
fn a_yes_that_was_typed_before_the_question_is_none() {
    let (home, server) = cloud("");
    let seen = in_dialogue(&home, &server, &[(BEFORE, "yes"), (ASKED, "no")]).exits(3);
    assert!(seen.stderr.contains("the plan was declined"), "{seen}");
    assert!(is_untouched(&home, &server), "{seen}");
}

#[test]
fn an_interrupt_while_a_plan_is_applied_lets_the_call_end_and_the_run_goes_on_later() {
    let (home, server) = cloud(SLOW_ROLE);
    let (workflow, endpoint) =
        (delegate().display().to_string(), format!("http://{}", server.address));
    let file = home.path("saved.plan").display().to_string();
    home.host(&words("plan", &endpoint, &workflow, &["-o", &file])).exits(4);
    let seen = home.host_in_dialogue(&["apply", &file], &[("Throttling.User", INTERRUPT)]).exits(5);
    assert!(seen.stderr.contains("interrupted: what is under way is finished first"), "{seen}");
    assert!(
        seen.stderr.contains("create role `arms-delegate`"),
        "the call came to its end: {seen}"
    );
    assert!(seen.stderr.contains("go on with `host resume run-"), "{seen}");
    let resumed = home.host(&["resume", "last", "--json"]).exits(0);
    assert_eq!(resumed.ended()["verdict"], "verified", "{resumed}");
    let shown = home.host(&["show", "last", "--json"]).exits(0);
    let roles = shown.events_of("call");
    let roles = roles.iter().filter(|call| call["action"] == "CreateRole").count();
    assert_eq!(roles, 1, "nothing is done twice: {shown}");
}
