//! What a session policy allows, by the rules of the cloud.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use host_catalog::Catalog;
use host_model::{AccountId, Problem as _};
use host_ram::{Document, Kind, Request, SESSION_LIMIT, evaluate};
use serde_json::json;

use super::document::statements;
use super::{Coarseness, GrantedSet, SessionPolicy};
use crate::{Allowances, HostPurpose, PolicyFile, RunFacts};

const ACCOUNT: &str = "1234567890123456";
const ROLE: &str = "acs:ram:*:1234567890123456:role/arms-admin";

fn account() -> AccountId {
    ACCOUNT.parse().unwrap()
}

fn titles(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// The set of a run with that policy file.
fn with_file(declared: &str, file: &str) -> GrantedSet {
    let policy = Some(Arc::new(PolicyFile::parse(file).unwrap()));
    let allowances = Allowances { policy, ..Allowances::default() };
    let accounts = BTreeMap::from([
        ("monitoring".to_owned(), account()),
        ("source".to_owned(), "6543210987654321".parse().unwrap()),
    ]);
    let facts =
        RunFacts { workflow: "delegate", digest: "0", accounts: &accounts, harmless: false };
    GrantedSet::of_run(&titles(declared), &account(), &allowances.for_run(&facts))
}

fn plain(declared: &str) -> GrantedSet {
    GrantedSet::of_run(&titles(declared), &account(), &Allowances::default())
}

fn policy(set: &GrantedSet) -> SessionPolicy {
    let policy = set.session_policy(None, "profile `x`").unwrap();
    assert!(Document::parse_as(Kind::Session, &policy.text).is_ok(), "{}", policy.text);
    policy
}

/// Whether the cloud would let a session do that whose role may do everything.
fn allows(text: &str, action: &str, resource: &str) -> bool {
    let everything = Document::parse(
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    )
    .unwrap();
    // One that does not fit is compared as well.
    let session = Document::parse(text).unwrap();
    session.check_shape(Kind::Session).unwrap();
    let request =
        Request { action: action.to_owned(), resource: resource.to_owned(), ..Request::default() };
    evaluate(&request, &[("all", &everything)], Some(&session)).is_allowed()
}

fn everything_declared() -> BTreeSet<String> {
    let catalog = Catalog::builtin();
    let of = |product: &'static host_catalog::Product| {
        product.actions.keys().map(move |action| format!("{}:{action}", product.key))
    };
    catalog.products().flat_map(of).collect()
}

/// What is declared, what the host then also sends, and what it never does.
#[test]
fn a_set_has_what_the_host_sends_and_nothing_else() {
    let cases = [
        (
            "arms:ListTraceApps",
            "arms:ListTraceApps arms:ReadTraceApp",
            "arms:DeleteTraceApp ram:GetUser",
        ),
        (
            "ram:CreateRole",
            "ram:CreateRole ram:GetRole ram:ListTagResources ram:GetPolicy",
            "ram:DeleteRole ram:UpdateRole arms:GetCommercialStatus",
        ),
        (
            "ram:CreateAccessKey",
            "ram:ListAccessKeys ram:GetUser ram:GetAccessKeyLastUsed ram:UpdateAccessKey ram:DeleteAccessKey",
            "ram:DeleteUser ram:CreateUser",
        ),
        (
            "ims:CreateAccessKey",
            "ram:DeleteAccessKey ram:ListAccessKeys ims:GetUser",
            "ims:DeleteUser",
        ),
        (
            "resourcemanager:AttachPolicy",
            "resourcemanager:AttachPolicy ram:AttachPolicy ram:GetPolicy ram:ListPolicyAttachments",
            "ram:AttachPolicyToUser resourcemanager:DetachPolicy",
        ),
        (
            "cs:InstallClusterAddons",
            "cs:InstallClusterAddons cs:InstallK8sComponents cs:GetClusterAddonInstance cs:GetClusterById \
             cs:DescribeClusterTasks",
            "cs:UnInstallClusterAddons ram:GetUser",
        ),
        ("ecs:RunCommand", "ecs:RunCommand ecs:DescribeInvocationResults", "ecs:InvokeCommand"),
        ("unknown:Action ram:Nothing", "sts:GetCallerIdentity", "ram:Nothing unknown:Action"),
    ];
    for (declared, has, lacks) in cases {
        let text = policy(&plain(declared)).text;
        for action in titles(has) {
            assert!(allows(&text, &action, ROLE), "{declared}: {action} is missing in {text}");
        }
        for action in titles(lacks) {
            assert!(!allows(&text, &action, ROLE), "{declared}: {action} is in {text}");
        }
        assert!(allows(&text, "sts:GetCallerIdentity", "*"), "{declared}");
    }
}

/// A purpose of the host's, a look or a repair that a run could have a permit for is in the set of that run.
#[test]
fn every_permit_that_a_write_can_bring_is_in_its_set() {
    for product in Catalog::builtin().products() {
        for action in product.actions.values().filter(|it| it.effect.is_write()) {
            let set = plain(&format!("{}:{}", product.key, action.name));
            let has = |key: &str, name: &str| {
                let title = format!("{key}:{name}");
                assert!(set.actions().any(|it| it == title), "{title} for {}", action.name);
            };
            has(&product.key, &action.name);
            action.observe.iter().for_each(|read| has(&product.key, read));
            for read in HostPurpose::ALL.map(HostPurpose::action) {
                let is_of_it = read.0 == product.key && !read.2.is_write();
                if is_of_it && read.1 != "GetCallerIdentity" {
                    has(read.0, read.1);
                }
            }
        }
    }
}

#[test]
fn an_undo_may_take_back_and_look_and_nothing_else() {
    let set = |made: &[(&str, &str)]| GrantedSet::of_undo(made.iter().copied());
    let role = policy(&set(&[("ram", "CreateRole"), ("ram", "AttachPolicyToRole")])).text;
    for action in ["DeleteRole", "DetachPolicyFromRole", "GetRole", "ListPoliciesForRole"] {
        assert!(allows(&role, &format!("ram:{action}"), ROLE), "{action}: {role}");
    }
    for action in ["CreateRole", "AttachPolicyToRole", "DeleteUser", "DeleteAccessKey"] {
        assert!(!allows(&role, &format!("ram:{action}"), ROLE), "{action}: {role}");
    }
    let key = policy(&set(&[("ims", "CreateUser"), ("ram", "CreateAccessKey")])).text;
    for action in
        ["ims:DeleteUser", "ram:UpdateAccessKey", "ram:DeleteAccessKey", "ram:ListPoliciesForUser"]
    {
        assert!(allows(&key, action, "*"), "{action}: {key}");
    }
    assert!(set(&[("sts", "GetCallerIdentity")]).actions().count() == 1);
    assert!(set(&[]).is_empty());
}

#[test]
fn a_policy_file_cuts_the_set_down_to_its_rules() {
    let declared = "ram:CreateRole ram:UpdateRole ram:AttachPolicyToRole ram:CreateAccessKey \
                    ram:CreateLoginProfile ram:GetRole ram:ListRoles sts:AssumeRole cs:ModifyClusterAddon";
    let file = r#"
        reads = "declared"
        [[rule]]
        account = "monitoring"
        actions = ["ram:CreateRole", "ram:UpdateRole"]
        resources = ["role/arms-*"]
        [[rule]]
        account = "monitoring"
        actions = ["ram:AttachPolicyToRole"]
        resources = ["role/arms-*", "acs:ram:*:system:policy/*"]
        where = { PolicyType = "System" }
        [[rule]]
        account = "source"
        actions = ["cs:ModifyClusterAddon"]
        [[rule]]
        actions = ["ram:CreateAccessKey", "ram:CreateLoginProfile"]
        allow = ["access-key"]
        [[rule]]
        actions = ["sts:AssumeRole"]
        resources = ["acs:ram::1234567890123456:role/arms-*"]
        allow = ["session"]
    "#;
    let set = with_file(declared, file);
    let policy = policy(&set);
    assert_eq!(policy.coarseness, Coarseness::Exact, "{}", policy.text);
    let other = "acs:ram:*:1234567890123456:role/payroll";
    let system = "acs:ram:*:system:policy/AliyunARMSReadOnlyAccess";
    let custom = "acs:ram:*:1234567890123456:policy/own";
    for (action, resource, expected) in [
        ("ram:UpdateRole", ROLE, true),
        ("ram:UpdateRole", other, false),
        // RAM judges what is new by its kind.
        ("ram:CreateRole", "acs:ram:*:1234567890123456:role/*", true),
        ("ram:CreateRole", custom, false),
        ("ram:AttachPolicyToRole", ROLE, true),
        ("ram:AttachPolicyToRole", system, true),
        ("ram:AttachPolicyToRole", other, false),
        ("ram:AttachPolicyToRole", custom, false),
        ("sts:AssumeRole", "acs:ram::1234567890123456:role/arms-admin", true),
        ("sts:AssumeRole", "acs:ram::1234567890123456:role/payroll", false),
        ("ram:GetRole", other, true),
        // Of another account, of a class that no rule names, not declared.
        ("cs:ModifyClusterAddon", "*", false),
        ("ram:CreateLoginProfile", "*", false),
        ("ram:DeleteRole", ROLE, false),
        ("ram:CreateAccessKey", "acs:ram:*:1234567890123456:user/alice", true),
        ("ram:DeleteAccessKey", "acs:ram:*:1234567890123456:user/alice", true),
    ] {
        assert_eq!(
            allows(&policy.text, action, resource),
            expected,
            "{action} {resource}: {}",
            policy.text
        );
    }
    assert!(
        policy.words().iter().any(|it| it.contains("values of parameters")),
        "{:?}",
        policy.words()
    );
    // A file that was not read for the run grants nothing.
    let unbound = Some(Arc::new(PolicyFile::parse(file).unwrap()));
    let allowances = Allowances { policy: unbound, ..Allowances::default() };
    assert!(GrantedSet::of_run(&titles(declared), &account(), &allowances).is_empty());
}

/// Whatever the host lets go by the file, the cloud does not refuse for the session: of each pattern that a
/// rule may have, what it matches is matched by its name in RAM.
#[test]
fn no_pattern_gets_narrower_on_its_way() {
    for (pattern, name) in [
        ("*", "payroll"),
        ("arms-*", "arms-admin"),
        ("role/arms-*", "arms-admin"),
        ("r?le/*", "payroll"),
        ("acs:ram::1234567890123456:role/arms-*", "arms-admin"),
        ("acs:ram:*:1234567890123456:*/arms-admin", "arms-admin"),
        ("acs:*:*:*:role/*", "payroll"),
        ("acs:ram:*:*:*", "payroll"),
        ("role/ärms", "anything"),
    ] {
        let file =
            format!("[[rule]]\nactions = [\"ram:UpdateRole\"]\nresources = [\"{pattern}\"]\n");
        let text = policy(&with_file("ram:UpdateRole", &file)).text;
        let resource = format!("acs:ram:*:{ACCOUNT}:role/{name}");
        assert!(allows(&text, "ram:UpdateRole", &resource), "{pattern}: {text}");
    }
}

fn hundreds_of_rules() -> String {
    let mut file = String::new();
    for number in 0..300 {
        let _ = writeln!(
            file,
            "[[rule]]\nactions = [\"ram:UpdateRole\", \"ram:DeleteRole\"]\nresources = [\"role/arms-{number}\"]"
        );
    }
    file
}

#[test]
fn what_does_not_fit_is_coarsened_step_by_step_and_said() {
    let few = policy(&with_file(
        "ram:UpdateRole",
        "[[rule]]\nactions = [\"ram:*\"]\nresources = [\"role/a\"]",
    ));
    assert_eq!((few.coarseness, few.words().len()), (Coarseness::Exact, 0));
    let many = policy(&with_file("ram:UpdateRole ram:DeleteRole", &hundreds_of_rules()));
    assert_eq!(many.coarseness, Coarseness::Kinds, "{}", many.text);
    assert!(allows(&many.text, "ram:UpdateRole", ROLE), "{}", many.text);
    assert!(!allows(&many.text, "ram:UpdateRole", "acs:ram:*:1:policy/x"), "{}", many.text);
    assert!(many.words()[0].contains("kinds of objects"), "{:?}", many.words());
    let all = GrantedSet::of_run(&everything_declared(), &account(), &Allowances::default());
    let all = policy(&all);
    assert!(all.coarseness > Coarseness::Resources, "{}", all.text);
    assert!(all.text.chars().count() <= SESSION_LIMIT);
    assert!(all.words()[0].starts_with("coarsened to "), "{:?}", all.words());
}

#[test]
fn each_step_allows_what_the_one_before_allows_and_no_other_product() {
    let catalog = Catalog::builtin();
    let sets = [
        plain(
            "ram:CreateRole ram:GetRole arms:ListTraceApps arms:DescribeTraceLicenseKey cs:ModifyClusterAddon",
        ),
        with_file("ram:UpdateRole ram:DeleteRole", &hundreds_of_rules()),
        GrantedSet::of_undo([("ram", "CreateUser"), ("ecs", "RunCommand")].into_iter()),
        plain("arms:ListTraceApps"),
    ];
    for set in sets {
        let products: BTreeSet<&str> =
            set.actions().filter_map(|it| it.split_once(':')).map(|(product, _)| product).collect();
        let texts = Coarseness::ALL.map(|step| {
            json!({ "Version": "1", "Statement": statements(&step.of(&set)) }).to_string()
        });
        for product in catalog.products() {
            for action in product.actions.keys() {
                let action = format!("{}:{action}", product.key);
                for resource in ["*", ROLE, "acs:ram:*:1234567890123456:role/arms-7"] {
                    let allowed = texts.clone().map(|text| allows(&text, &action, resource));
                    assert!(allowed.is_sorted(), "{action} on {resource}: {allowed:?}");
                    if !products.contains(product.key.as_str()) {
                        assert_eq!(allowed, [false; 5], "{action}");
                    }
                }
            }
        }
    }
    // No first word takes in what is more than a read.
    let set = plain("arms:DescribeTraceLocation arms:ListTraceApps");
    let text =
        json!({ "Version": "1", "Statement": statements(&Coarseness::Reads.of(&set)) }).to_string();
    assert!(!allows(&text, "arms:DescribeTraceLicenseKey", "*"), "{text}");
}

fn own(statements: &str) -> String {
    format!(r#"{{"Version":"1","Statement":[{statements}]}}"#)
}

/// The profile's own policy, and what then may be done to a role called `arms-admin`.
#[test]
fn of_two_policies_the_narrower_one_holds() {
    let declared = "ram:CreateRole ram:UpdateRole ram:GetRole arms:ListTraceApps";
    let cases = [
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
            "ram:UpdateRole ram:GetRole",
            "ram:DeleteRole",
        ),
        (
            r#"{"Effect":"Allow","Action":"ram:*","Resource":"*"}"#,
            "ram:UpdateRole",
            "arms:ListTraceApps",
        ),
        (
            r#"{"Effect":"Allow","Action":["RAM:getrole","ram:DeleteRole"],"Resource":"*"}"#,
            "ram:GetRole",
            "ram:UpdateRole ram:DeleteRole",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"ram:Update*","Resource":"*"}"#,
            "ram:CreateRole",
            "ram:UpdateRole",
        ),
        (
            r#"{"Effect":"Allow","Action":"ram:*","Resource":"acs:ram:*:1234567890123456:role/arms-*"}"#,
            "ram:UpdateRole",
            "",
        ),
        (
            r#"{"Effect":"Allow","Action":"ram:*","Resource":"acs:ram:*:1234567890123456:role/other"}"#,
            "",
            "ram:UpdateRole ram:GetRole",
        ),
        (
            r#"{"Effect":"Allow","Action":"ram:*","Resource":"*","Condition":{"Bool":{"acs:SecureTransport":"true"}}}"#,
            "",
            "ram:UpdateRole",
        ),
    ];
    for (statements, has, lacks) in cases {
        let both = plain(declared).session_policy(Some(&own(statements)), "profile `x`").unwrap();
        assert!(both.is_shared);
        for action in titles(has) {
            assert!(allows(&both.text, &action, ROLE), "{statements}: {action} in {}", both.text);
        }
        for action in titles(lacks) {
            assert!(!allows(&both.text, &action, ROLE), "{statements}: {action} in {}", both.text);
        }
    }
}

/// Whatever one of the two refuses, both together refuse.
#[test]
fn nothing_is_allowed_that_either_policy_refuses() {
    let owns = [
        r#"{"Effect":"Allow","Action":["ram:*","cs:Describe*"],"Resource":"*"}"#,
        r#"{"Effect":"Allow","Action":"*","Resource":["acs:ram:*:*:role/*","acs:cs:*:*:cluster/c1"]}"#,
        r#"{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"acs:ram:*:*:role/arms-7"}"#,
    ];
    let sets = [
        plain("ram:CreateRole ram:GetRole cs:ModifyClusterAddon arms:ListTraceApps"),
        with_file("ram:UpdateRole ram:DeleteRole", &hundreds_of_rules()),
        GrantedSet::of_run(&everything_declared(), &account(), &Allowances::default()),
    ];
    for (own_text, set) in owns.iter().flat_map(|it| sets.iter().map(move |set| (own(it), set))) {
        let both = set.session_policy(Some(&own_text), "profile `x`").unwrap();
        let alone = policy(set);
        for action in everything_declared() {
            for resource in ["*", ROLE, "acs:ram:*:1:role/arms-7", "acs:cs:*:1:cluster/c1"] {
                let own = allows(&own_text, &action, resource);
                let together = allows(&both.text, &action, resource);
                assert!(own || !together, "{action} on {resource}: {own_text} {}", both.text);
                if both.coarseness <= alone.coarseness {
                    let ours = allows(&alone.text, &action, resource);
                    assert!(
                        ours || !together,
                        "{action} on {resource}: {} {}",
                        alone.text,
                        both.text
                    );
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_joined_is_refused_and_says_what_to_do() {
    let set = plain("ram:CreateRole ram:UpdateRole");
    let long = |width: usize| {
        let names: Vec<String> =
            (0..40).map(|it| format!("\"acs:ram:*:*:role/{it:025}\"")).collect();
        let names = names.join(",");
        own(&format!(
            r#"{{"Effect":"Allow","Action":"*","Resource":[{names},"{}"]}}"#,
            "x".repeat(width)
        ))
    };
    // It fits by itself, and not with the names of products.
    let long = long(1 + SESSION_LIMIT - long(1).len());
    let cases = [
        (&set, "no JSON".to_owned(), "policy.session-unread"),
        (
            &set,
            own(r#"{"Effect":"Allow","NotAction":"ram:*","Resource":"*"}"#),
            "policy.session-unread",
        ),
        (
            &set,
            own(r#"{"Effect":"Allow","Action":"*","Resource":"*","Other":1}"#),
            "policy.session-unread",
        ),
        (
            &set,
            own(r#"{"Effect":"Allow","Action":"oss:*","Resource":"*"}"#),
            "policy.session-empty",
        ),
        (&set, own(r#"{"Effect":"Deny","Action":"oss:*","Resource":"*"}"#), "policy.session-empty"),
        (&set, long, "policy.session-oversized"),
    ];
    for (set, text, code) in cases {
        let found = set.session_policy(Some(&text), "profile `x`");
        match found {
            Ok(policy) => panic!("{code}: {text} gave {}", policy.text),
            Err(fault) => {
                assert_eq!(fault.code(), code, "{text}: {fault}");
                assert!(
                    fault.to_string().contains("profile `x`") && fault.hint().is_some(),
                    "{fault}"
                );
            }
        }
    }
}

/// Of names that only cross, ours becomes coarser, and the profile's stays.
#[test]
fn names_that_cross_are_those_of_the_profile() {
    let ours = with_file(
        "ram:UpdateRole",
        "[[rule]]\nactions = [\"ram:*\"]\nresources = [\"role/*-admin\"]",
    );
    let own = own(r#"{"Effect":"Allow","Action":"ram:*","Resource":"acs:ram:*:*:role/arms-*"}"#);
    let both = ours.session_policy(Some(&own), "profile `x`").unwrap();
    assert_eq!(both.coarseness, Coarseness::Kinds, "{}", both.text);
    assert!(both.words()[0].contains("the profile's own policy allows"), "{:?}", both.words());
    assert!(allows(&both.text, "ram:UpdateRole", ROLE), "{}", both.text);
    assert!(!allows(&both.text, "ram:UpdateRole", "acs:ram:*:1:role/other-admin"), "{}", both.text);
}

#[test]
fn a_session_on_the_way_may_assume_the_next_role_only() {
    let text = SessionPolicy::to_assume("acs:ram::1234567890123456:role/arms-admin");
    for name in ["acs:ram::1234567890123456:role/arms-admin", ROLE] {
        assert!(allows(&text, "sts:AssumeRole", name), "{text}");
    }
    assert!(!allows(&text, "sts:AssumeRole", "acs:ram::1234567890123456:role/other"), "{text}");
    assert!(!allows(&text, "ram:GetRole", ROLE), "{text}");
}
