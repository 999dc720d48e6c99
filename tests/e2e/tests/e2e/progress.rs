//! What is seen of a run while it goes on, at a terminal and without one, and what it ends with.

use host_e2e::{Frame, Home, Seen, Server, delegate, frames, workspace};

/// The first role is made at the second attempt, and that comes late enough to be seen.
const THROTTLED: &str =
    "\n[[fault]]\non = \"ram:CreateRole\"\nkind = \"throttle\"\nretry_after = 2500\ncount = 1\n";
/// Something is read at the second attempt, so that the plan takes a while.
const SLOW_PLAN: &str =
    "\n[[fault]]\non = \"ram:GetRole\"\nkind = \"throttle\"\nretry_after = 1000\ncount = 1\n";
const ASKED: &str = "do exactly this? only `yes` goes on: ";
/// Asks nothing.
const YES: [&str; 3] = ["--yes", "--allow", "access-key"];
/// One of the pictures of the view's sign.
const SIGNS: [char; 8] = ['⣷', '⣯', '⣟', '⡿', '⢿', '⣻', '⣽', '⣾'];

fn cloud(home: &Home, fault: &str) -> Server {
    let builtin = workspace().join("host/simulator/data/two-accounts.toml");
    let builtin = std::fs::read_to_string(builtin).expect("it is the scenario that is built in");
    Server::of_scenario_for(home, &format!("{builtin}{fault}"))
}

fn words(server: &Server, more: &[&str]) -> Vec<String> {
    let workflow = delegate().display().to_string();
    let endpoint = format!("http://{}", server.address);
    let words = ["run", &workflow, "--endpoint", &endpoint];
    let accounts = ["--account", "monitoring=monitoring", "--account", "source=source"];
    let users = ["-p", r#"users=[{"name":"alice","sign-in":"access-key"}]"#];
    let all = [&words[..], &accounts, &users, more].concat();
    all.into_iter().map(str::to_owned).collect()
}

/// What a person at a terminal sees of a run.
fn at_terminal(home: &Home, fault: &str, more: &[&str], turns: &[(&str, &str)]) -> Seen {
    let server = cloud(home, fault);
    let words = words(&server, more);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    home.host_in_dialogue(&words, turns)
}

/// The screen at each time. Nothing was written that a live view has no use for.
#[track_caller]
fn seen_at(seen: &Seen) -> Vec<Frame> {
    let frames = frames(&seen.stderr);
    assert!(frames.is_some(), "the terminal was told more: {seen:?}");
    frames.unwrap_or_default()
}

/// Nothing of the view is left.
#[track_caller]
fn is_wiped(last: &Frame) {
    for words in ["throttled", "goes on in", " s of "] {
        let left = last.iter().find(|line| line.starts_with(SIGNS) || line.contains(words));
        assert_eq!(left, None, "{last:#?}");
    }
}

#[test]
fn at_a_terminal_a_wait_is_seen_while_it_lasts_and_leaves_nothing_behind() {
    let home = Home::new().with("TERM", "xterm-256color");
    let seen = at_terminal(&home, THROTTLED, &YES, &[]).exits(0);
    let frames = seen_at(&seen);
    let waits = |frame: &&Frame| frame.iter().any(|line| line.contains("throttled"));
    let frame = frames.iter().find(waits).cloned().unwrap_or_default();
    let from = frame.iter().position(|line| line.starts_with(SIGNS));
    let view = from.and_then(|from| frame.get(from..from + 3)).unwrap_or_default();
    let [head, call, wait] = view else { panic!("nobody sees the wait: {seen}") };
    assert!(head.contains(" 3/7 the role is there and trusts the users · "), "{frame:#?}");
    assert!(call.starts_with("  monitoring: create role `"), "{frame:#?}");
    assert!(call.contains("(ram:CreateRole, ") && call.contains("attempt 2"), "{frame:#?}");
    assert!(wait.starts_with("  … throttled (Throttling.User); goes on in "), "{frame:#?}");
    let last = frames.last().cloned().unwrap_or_default();
    is_wiped(&last);
    // What stays is whole: each call once, and the end.
    for line in [
        "  + monitoring: create role `arms-delegate` (2 attempts)",
        "verified: every proof of access and data was seen",
        "next: `host check run-",
    ] {
        let count = last.iter().filter(|it| it.starts_with(line)).count();
        assert_eq!(count, 1, "`{line}`: {last:#?}");
    }
}

#[test]
fn a_question_stands_alone_on_the_screen_until_it_is_answered() {
    let home = Home::new().with("TERM", "xterm-256color");
    let seen = at_terminal(&home, SLOW_PLAN, &[], &[(ASKED, "no")]).exits(3);
    let frames = seen_at(&seen);
    let plans = |frame: &&Frame| frame.iter().any(|line| line.starts_with(SIGNS));
    assert!(frames.iter().any(|frame| plans(&frame)), "the plan takes its time: {seen}");
    let asks = |frame: &&Frame| frame.iter().any(|line| line.starts_with(ASKED));
    let asked: Vec<&Frame> = frames.iter().filter(asks).collect();
    assert!(!asked.is_empty() && !asked.iter().any(plans), "{asked:#?}");
    let last = frames.last().cloned().unwrap_or_default();
    assert!(last.contains(&format!("{ASKED}no")), "{last:#?}");
    assert!(last.iter().any(|line| line.starts_with("error[plan.approval-declined]: ")), "{seen}");
    is_wiped(&last);
}

#[test]
fn a_terminal_that_wants_plain_lines_gets_plain_lines() {
    for (name, value) in [("TERM", "dumb"), ("NO_COLOR", "1")] {
        let home = Home::new().with("TERM", "xterm").with(name, value);
        let seen = at_terminal(&home, THROTTLED, &YES, &[]).exits(0);
        let odd = seen.stderr.chars().find(|it| it.is_control() && *it != '\n');
        assert_eq!(odd, None, "{name}: {seen:?}");
        assert!(seen.stderr.contains("answered Throttling.User; attempt 2 in"), "{seen}");
    }
}

#[test]
fn without_a_terminal_there_is_one_line_for_each_step_and_none_for_a_short_wait() {
    let home = Home::new();
    let server = cloud(&home, THROTTLED);
    let all = words(&server, &YES);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let seen = home.host(&all).exits(0);
    let shown = home.host(&["show", "last", "--json"]).exits(0);
    let steps: Vec<String> =
        shown.events_of("step").iter().map(|it| it["title"].to_string()).collect();
    let told: Vec<&str> = seen.stderr.lines().filter_map(|line| line.strip_prefix("▸ ")).collect();
    assert!(told.len() > 3, "{seen}");
    assert_eq!(told, steps.iter().map(|it| it.trim_matches('"')).collect::<Vec<_>>(), "{seen}");
    assert!(!seen.stderr.contains("… after "), "{seen}");
    let odd = seen.both().chars().find(|it| it.is_control() && *it != '\n');
    assert_eq!(odd, None, "{seen:?}");
}

#[test]
fn a_run_ends_with_what_came_of_it_each_with_its_request() {
    let home = Home::new();
    let workflow = delegate().display().to_string();
    let first = home.host(&["run", &workflow, "--simulate"]).exits(0);
    let shown = home.host(&["show", "last", "--json"]).exits(0);
    let ended = shown.ended();
    let changes = ended["changes"].as_u64().unwrap_or_default();
    assert!(first.stderr.contains(&format!("changed ({changes}):\n")), "{first}");
    for call in shown.events_of("call") {
        let is_change = call["changes"] == true;
        assert_eq!(
            is_change,
            call["effect"] != "read" && call["action"] != "AssumeRole",
            "{shown}"
        );
        let (sentence, id) = (call["sentence"].as_str(), call["request_id"].as_str());
        let line = format!("{} (request id {})", sentence.unwrap_or("-"), id.unwrap_or("-"));
        assert_eq!(
            first.stderr.contains(&line),
            is_change && call["outcome"] == "ok",
            "{line} {first}"
        );
    }
    assert!(first.stderr.contains("\nnext: `host check run-"), "{first}");
    assert!(first.stderr.contains("\nnext: `host undo run-"), "{first}");
    let second = home.host(&["run", &workflow, "--simulate"]).exits(0);
    assert!(!second.stderr.contains("\nchanged ("), "{second}");
    let counts = second.stderr.lines().find(|line| line.contains(" done, "));
    let counts = counts.unwrap_or_default();
    assert!(counts.ends_with("; 0 changed, 0 pending, 0 failed"), "{second}");
    let numbers: Vec<&str> = counts.split(|it: char| !it.is_ascii_digit()).collect();
    let numbers: Vec<&&str> = numbers.iter().filter(|it| !it.is_empty()).collect();
    assert_eq!(numbers[0], numbers[1], "every step is unchanged: {second}");
}

#[test]
fn what_failed_is_listed_with_its_code_and_request() {
    let home = Home::new();
    let builtin = workspace().join("host/simulator/data/two-accounts.toml");
    let builtin = std::fs::read_to_string(builtin).expect("it is the scenario that is built in");
    let fault =
        "\n[[fault]]\non = \"ram:CreateRole\"\nkind = \"error\"\ncode = \"Odd\"\nstatus = 400\n";
    let scenario = home.write("broken.toml", format!("{builtin}{fault}"));
    let simulate = format!("--simulate={}", scenario.display());
    let workflow = delegate().display().to_string();
    let seen = home.host(&["run", &workflow, &simulate]).exits(1);
    let failed = seen.stderr.split("\nfailed (").nth(1).unwrap_or_default();
    let mut lines = failed.lines().skip(1);
    let line = lines.next().unwrap_or_default();
    assert!(line.starts_with("  ✗ monitoring: create role `arms-admin` (request id "), "{seen}");
    assert!(lines.next().is_some_and(|line| line.starts_with("      Odd: ")), "{seen}");
    assert!(seen.stderr.contains("\nnext: mend what the reason says, and `host run …`"), "{seen}");
}
