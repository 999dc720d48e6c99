//! The workflow `delegate`, run again with other parameters: what it gave before gives way.

use host_e2e::{Home, Seen, delegate, workspace};
use serde_json::Value as Json;

const ALICE: &str = r#"users=[{"name":"alice","sign-in":"access-key"}]"#;
const SHOP: &str = "scope=rg-fakeshop000001";

/// One run in this user's offline cloud.
#[track_caller]
fn run(home: &Home, parameters: &[&str]) -> Seen {
    let workflow = delegate().display().to_string();
    let mut arguments = vec!["run", &workflow, "--simulate", "--json"];
    arguments.extend(parameters.iter().flat_map(|parameter| ["-p", *parameter]));
    home.host(&arguments)
}

/// What was changed, in the host's words and the order of the run.
#[track_caller]
fn changes(seen: &Seen) -> Vec<String> {
    let calls = seen.events_of("call").into_iter();
    let done = calls.filter(|call| call["outcome"] == "ok" && call["effect"] != "read");
    let text = |call: Json| call["sentence"].as_str().unwrap_or_default().to_owned();
    done.map(text).filter(|sentence| !sentence.starts_with("assume role")).collect()
}

fn policies(changes: &[String]) -> Vec<&str> {
    let of_role = |line: &&String| line.contains("tach policy `Aliyun");
    changes.iter().filter(of_role).map(String::as_str).collect()
}

/// The same parameters once more change nothing.
#[track_caller]
fn settles(home: &Home, parameters: &[&str]) {
    let again = run(home, parameters);
    assert_eq!(again.ended()["changes"], 0, "{again}");
}

/// The claim of that id.
#[track_caller]
fn check(seen: &Seen, id: &str) -> Option<Json> {
    seen.events_of("check").into_iter().find(|check| check["id"] == id)
}

#[test]
fn full_access_and_read_only_access_replace_each_other() {
    let home = Home::new();
    run(&home, &[ALICE, "access=read-only"]).exits(0);
    for (access, comes, goes) in [
        ("access=full", "AliyunARMSFullAccess", "AliyunARMSReadOnlyAccess"),
        ("access=read-only", "AliyunARMSReadOnlyAccess", "AliyunARMSFullAccess"),
    ] {
        let seen = run(&home, &[ALICE, access]).exits(0);
        let changes = changes(&seen);
        let policies = policies(&changes);
        assert_eq!(policies.len(), 2, "{seen}");
        assert!(policies[0].starts_with(&format!("attach policy `{comes}`")), "{seen}");
        assert!(policies[1].starts_with(&format!("detach policy `{goes}`")), "{seen}");
        assert!(seen.both().contains("detached, the wanted access replaces"), "{seen}");
        settles(&home, &[ALICE, access]);
    }
    // What was detached is gone for good: deleting is refused.
    let seen = run(&home, &[ALICE, "access=read-only"]).exits(0);
    let claim = check(&seen, "write-refused");
    assert_eq!(claim.expect("it was tried")["claim"], "holds", "{seen}");
}

#[test]
fn a_deletion_is_not_tried_while_full_access_fades() {
    let home = Home::new();
    run(&home, &[ALICE, "access=full"]).exits(0);
    let seen = run(&home, &[ALICE, "access=read-only"]).exits(0);
    let claim = check(&seen, "write-refused");
    assert_eq!(claim.expect("it is told")["claim"], "pending", "{seen}");
    assert!(!changes(&seen).iter().any(|line| line.starts_with("delete")), "{seen}");
}

#[test]
fn access_of_another_scope_is_taken_back() {
    let home = Home::new();
    run(&home, &[ALICE, "access=full"]).exits(0);
    for scope in [SHOP, "scope=account"] {
        let seen = run(&home, &[ALICE, "access=full", scope]).exits(0);
        let changes = changes(&seen);
        assert_eq!(policies(&changes).len(), 2, "{seen}");
        assert!(changes.last().is_some_and(|last| last.starts_with("detach policy")), "{seen}");
        settles(&home, &[ALICE, "access=full", scope]);
    }
    // The policy that a resource group needs beside it goes as well.
    run(&home, &[ALICE, "access=read-only", SHOP]).exits(0);
    let seen = run(&home, &[ALICE, "access=read-only", "scope=account"]).exits(0);
    let gone = changes(&seen).into_iter().filter(|line| line.starts_with("detach")).count();
    assert_eq!(gone, 2, "{seen}");
    settles(&home, &[ALICE, "access=read-only", "scope=account"]);
}

#[test]
fn a_role_of_others_keeps_what_it_has_and_the_run_says_so() {
    let home = Home::new();
    let scenario =
        std::fs::read_to_string(workspace().join("host/simulator/data/two-accounts.toml"))
            .expect("the built-in scenario is a file");
    let role = r#"
[[accounts.monitoring.roles]]
name = "theirs"
trust = '{"Version":"1","Statement":[{"Effect":"Allow","Principal":{"RAM":"acs:ram::6543210987654321:root"},"Action":"sts:AssumeRole"}]}'
policies = ["AliyunARMSReadOnlyAccess"]
"#;
    let path = home.write("theirs.toml", format!("{scenario}{role}")).display().to_string();
    let (workflow, cloud) = (delegate().display().to_string(), format!("--simulate={path}"));
    let refuse = |more: &[&str], code: &str, says: &str| {
        let mut arguments = vec!["run", &workflow, &cloud, "-p", "role-name=theirs"];
        arguments.extend_from_slice(more);
        home.host(&arguments).exits(1).says("(no changes").says(code).says(says)
    };
    refuse(&["-p", "access=full"], "workflow.object-foreign", "--adopt");
    refuse(
        &["-p", "access=full", "--adopt"],
        "delegate.access-foreign",
        "was not made by this workflow",
    );
    let demanding = ["-p", "access=read-only", "-p", "external-id=x-1", "--adopt"];
    refuse(&demanding, "delegate.trust-open", "lets `acs:ram::6543210987654321:");
}

#[test]
fn an_external_id_comes_and_goes_for_good() {
    let home = Home::new();
    run(&home, &[ALICE]).exits(0);
    for more in [&["external-id=x-1"][..], &["external-id=x-2"], &[]] {
        let mut parameters = vec![ALICE];
        parameters.extend(more);
        let seen = run(&home, &parameters).exits(0);
        assert_eq!(changes(&seen), ["change role `arms-admin`"], "{seen}");
        // One statement: had the old one stayed, the trust would say more than was asked for.
        assert!(!seen.both().contains("says more than was asked for"), "{seen}");
        assert!(seen.both().contains("no longer Allow sts:AssumeRole"), "{seen}");
        settles(&home, &parameters);
    }
}

#[test]
fn a_broad_policy_is_refused_before_anything_is_made() {
    let home = Home::new();
    let broad = r#"access={"name":"own","document":{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}}"#;
    let seen = run(&home, &[ALICE, broad]).exits(3);
    assert_eq!(changes(&seen), [""; 0], "{seen}");
    assert_eq!(seen.ended()["changes"], 0, "{seen}");
    seen.says("--allow broad-policy");
}

/// A policy that is there already is judged when it is attached, so that is what comes first.
#[test]
fn a_broad_policy_of_an_earlier_run_is_refused_before_anything_is_made() {
    let home = Home::new();
    let broad = r#"access={"name":"own","document":{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}}"#;
    let workflow = delegate().display().to_string();
    let allowed = |role: &str| {
        let arguments = ["--simulate", "--json", "-p", ALICE, "-p", broad, "-p", role];
        home.host(&[&["run", &workflow, "--allow", "broad-policy"], &arguments[..]].concat())
    };
    allowed("role-name=first").exits(0);
    run(&home, &[ALICE, "role-name=present"]).exits(0);
    for role in ["role-name=present", "role-name=absent"] {
        let seen = run(&home, &[ALICE, broad, role]).exits(3);
        assert_eq!(changes(&seen), [""; 0], "{seen}");
        assert_eq!(seen.ended()["changes"], 0, "{seen}");
        seen.says("--allow broad-policy");
        let seen = allowed(role).exits(0);
        let attached = changes(&seen).iter().filter(|it| it.contains("policy `own`")).count();
        assert_eq!(attached, 1, "{seen}");
        assert_eq!(allowed(role).exits(0).ended()["changes"], 0);
    }
}

#[test]
fn a_custom_policy_goes_with_the_access_that_it_was() {
    let home = Home::new();
    let own = r#"access={"name":"own","document":{"Version":"1","Statement":[{"Effect":"Allow","Action":"arms:*","Resource":"*"}]}}"#;
    run(&home, &[ALICE, own]).exits(0);
    let seen = run(&home, &[ALICE, "access=read-only"]).exits(0);
    let wanted = [
        "attach policy `AliyunARMSReadOnlyAccess` to role `arms-admin`",
        "detach policy `own` from role `arms-admin`",
    ];
    assert_eq!(changes(&seen), wanted, "{seen}");
    assert!(seen.both().contains("the policy itself stays"), "{seen}");
    settles(&home, &[ALICE, "access=read-only"]);
}

#[test]
fn a_user_who_is_dropped_may_no_longer_assume_the_role_and_stays() {
    let home = Home::new();
    let both = r#"users=[{"name":"alice","sign-in":"access-key"},{"name":"carol"}]"#;
    run(&home, &[both]);
    let seen = run(&home, &[ALICE]).exits(0);
    let wanted =
        ["change role `arms-admin`", "detach policy `host-assume-arms-admin` from user `carol`"];
    assert_eq!(changes(&seen), wanted, "{seen}");
    assert!(seen.both().contains("user `carol` is no longer asked for"), "{seen}");
    // Had its place in the trust stayed, the trust would say more than was asked for.
    assert!(!seen.both().contains("says more than was asked for"), "{seen}");
    settles(&home, &[ALICE]);
    // It is there as before: made again it would be a change, and so would be its permission.
    let seen = run(&home, &[both]);
    let wanted =
        ["change role `arms-admin`", "attach policy `host-assume-arms-admin` to user `carol`"];
    assert_eq!(changes(&seen), wanted, "{seen}");
}

/// Without policy and mark, a person may have written the statement by hand.
#[test]
fn a_user_of_others_in_the_trust_keeps_its_place() {
    let home = Home::new();
    let named = r#"trust.users=["alice","outsider"]"#;
    run(&home, &[ALICE, named]).exits(0);
    // The user comes in, which is shown: the run says so and fails.
    let seen = run(&home, &[ALICE]).exits(1);
    assert_eq!(changes(&seen), [""; 0], "{seen}");
    assert!(seen.both().contains("says more than was asked for"), "{seen}");
    assert!(seen.both().contains("user/outsider"), "{seen}");
}

#[test]
fn one_permission_to_assume_takes_the_place_of_the_other() {
    let home = Home::new();
    let any = "assume-permission=AliyunSTSAssumeRoleAccess";
    run(&home, &[ALICE]).exits(0);
    for (parameters, comes, goes) in [
        (&[ALICE, any][..], "AliyunSTSAssumeRoleAccess", "host-assume-arms-admin"),
        (&[ALICE][..], "host-assume-arms-admin", "AliyunSTSAssumeRoleAccess"),
    ] {
        let seen = run(&home, parameters).exits(0);
        let wanted = [
            format!("attach policy `{comes}` to user `alice`"),
            format!("detach policy `{goes}` from user `alice`"),
        ];
        assert_eq!(changes(&seen), wanted, "{seen}");
        settles(&home, parameters);
    }
    // What somebody else gave a user is theirs to take away.
    let outsider = r#"users=[{"name":"outsider","existing":true}]"#;
    let seen = run(&home, &[outsider, "role-name=other"]);
    assert!(!changes(&seen).iter().any(|line| line.starts_with("detach")), "{seen}");
    assert!(seen.both().contains("nothing says for which role it was attached"), "{seen}");
}

#[test]
fn the_permission_to_assume_moves_with_its_scope() {
    let home = Home::new();
    let (group, account) = ("assume-scope=rg-fakedefaultsrc", "assume-scope=account");
    run(&home, &[ALICE]).exits(0);
    for (parameters, comes, goes) in [
        (&[ALICE, group], "in resource group `rg-fakedefaultsrc`", "from user `alice`"),
        (&[ALICE, account], "to user `alice`", "in resource group `rg-fakedefaultsrc`"),
    ] {
        // How the cloud weighs a permission in a resource group is not what this is about.
        let seen = run(&home, parameters);
        let changes = changes(&seen);
        let [attached, detached] = &changes[..] else { panic!("{seen}") };
        assert!(attached.starts_with("attach") && attached.ends_with(comes), "{seen}");
        assert!(detached.starts_with("detach") && detached.ends_with(goes), "{seen}");
        settles(&home, parameters);
    }
}

#[test]
fn a_person_at_the_console_is_waited_for_and_told_nothing_of_keys() {
    let home = Home::new();
    let seen = run(&home, &[r#"users=[{"name":"bob","sign-in":"console"}]"#]).exits(6);
    let claim = check(&seen, "documents").expect("the documents are looked at");
    assert_eq!(claim["claim"], "pending", "{seen}");
    let detail = claim["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("waiting for a person to sign in and switch to it"), "{seen}");
    assert!(!seen.both().contains("AccessKeySecret"), "{seen}");
    let seen = run(&Home::new(), &[ALICE]).exits(0);
    seen.says("kept in this installation's vault, under `ram:access-key/LTAI");
}

#[test]
fn the_outsider_is_tried_where_it_lives() {
    let seen = run(&Home::new(), &[ALICE, "trust.of=monitoring"]).exits(0);
    let claim = check(&seen, "outsider-refused").expect("it was tried");
    assert_eq!(claim["claim"], "holds", "{seen}");
    assert!(check(&seen, "untrusted-user-refused").is_none(), "nothing was tried: {seen}");
}

#[test]
fn a_user_of_others_needs_its_name_for_credentials_and_adoption_otherwise() {
    let workflow = delegate().display().to_string();
    for (sign_in, says) in [("access-key", "--allow user=outsider"), ("none", "--adopt")] {
        let home = Home::new();
        let users = format!(r#"users=[{{"name":"outsider","sign-in":"{sign_in}"}}]"#);
        let seen = home.host(&["run", &workflow, "--simulate", "-p", &users]).exits(1);
        seen.says("(no changes").says("workflow.object-foreign").says(says);
    }
}
