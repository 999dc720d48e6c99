//! Proves what is permitted and what is denied, with which code, under which rule, and what lifts
//! a denial: one row of `tests/grants` for each way in that somebody would try.

use std::collections::BTreeSet;
use std::sync::Arc;

use host_catalog::{Catalog, Risk};
use host_model::{CallError, ErrorKind, Problem, Value};
use host_policy::{Denial, PolicyFile, RULE, Subject, audit, judge, risks};

use crate::table::{Case, cases, opened};

/// What became of a case, in the words of the table.
fn outcome(case: &Case) -> (String, Option<u8>, Option<String>) {
    let ready = case.ready();
    match judge(&ready.scene, &ready.subject()) {
        Ok(permit) => {
            assert_eq!(format!("{}:{}", permit.product(), permit.action()), case.call);
            assert_eq!(permit.effect(), ready.action.effect, "{}", case.name);
            ("permit".to_owned(), None, None)
        }
        Err(denial) => (denial.code.to_owned(), Some(denial.rule), denial.grant),
    }
}

#[test]
fn every_row_ends_as_it_says() {
    let mut wrong = Vec::new();
    for case in cases() {
        let found = outcome(&case);
        let grant = case.grant.as_ref().map(|grant| grant.trim_start_matches('\n').to_owned());
        let expected = (case.expect.clone(), case.rule, grant);
        if found != expected {
            wrong.push(format!("{}\n  expected {expected:?}\n  found    {found:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_mistake_in_the_catalog_opens_nothing() {
    let mut seen = 0;
    for case in cases() {
        let Some(expected) = &case.unchecked else { continue };
        seen += 1;
        let ready = case.ready();
        let product = opened(ready.product, &ready.call);
        let action = &product.actions[&ready.call.action];
        let subject = Subject { product: &product, action, ..ready.subject() };
        let code = judge(&ready.scene, &subject).err().map(|denial| denial.code);
        assert_eq!(code, Some(expected.as_str()), "{}", case.name);
    }
    assert!(seen >= 20, "only {seen} rows");
}

#[test]
fn a_purchase_is_shown_with_what_is_bought() {
    let any = cases().into_iter().find(|case| case.expect == "permit").unwrap();
    let case = Case { call: "arms:DescribeTraceLicenseKey".to_owned(), ..any };
    let mut ready = case.ready();
    ready.call.parameters = vec![("Type".to_owned(), Value::Text("arms_app\u{1b}".to_owned()))];
    let mut product = ready.product.clone();
    product.actions.get_mut(&ready.call.action).unwrap().risk = Some(Risk::Purchase);
    let action = &product.actions[&ready.call.action];
    let lines = risks(&ready.scene, &Subject { product: &product, action, ..ready.subject() });
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(line.starts_with("purchase: a service is bought for account `1111111111111111`: "));
    assert!(line.contains(&format!("{} `arms_app", product.title)), "{line}");
    assert!(line.ends_with("nothing here takes that back") && !line.contains('\u{1b}'), "{line}");
}

#[test]
fn every_row_shows_its_risks() {
    for case in cases() {
        let Some(expected) = &case.risks else { continue };
        let ready = case.ready();
        let lines = risks(&ready.scene, &ready.subject());
        let alike = lines.len() == expected.len()
            && lines.iter().zip(expected).all(|(line, start)| line.starts_with(start.as_str()));
        assert!(alike, "{}\n  expected {expected:#?}\n  found    {lines:#?}", case.name);
    }
}

#[test]
fn a_grant_lifts_its_denial_when_it_is_typed() {
    let mut lifted = 0;
    for case in cases() {
        let ready = case.ready();
        let Err(denial) = judge(&ready.scene, &ready.subject()) else { continue };
        if denial.grant.as_ref().is_some_and(|grant| grant.starts_with(RULE)) {
            continue;
        }
        let mut scene = ready.scene.clone();
        let Some(grant) = denial.grant.as_deref() else { continue };
        let mut words = grant.split(' ');
        match words.next() {
            Some("--allow") => scene.allowances.allow(words.next().unwrap()).unwrap(),
            Some("--adopt") => scene.allowances.adopt = true,
            _ => continue,
        }
        while let Some(flag) = words.next() {
            assert_eq!(flag, "--allow", "{}", case.name);
            scene.allowances.allow(words.next().unwrap()).unwrap();
        }
        lifted += 1;
        let before = (denial.code, denial.sentence);
        if let Err(denial) = judge(&scene, &ready.subject()) {
            assert_ne!((denial.code, denial.sentence), before, "{}: nothing changed", case.name);
        }
    }
    assert!(lifted >= 10, "only {lifted} rows offer a grant");
}

#[test]
fn a_rule_lifts_its_denial_when_it_is_pasted() {
    let mut lifted = 0;
    for case in cases() {
        let ready = case.ready();
        let Err(denial) = judge(&ready.scene, &ready.subject()) else { continue };
        let Some(rule) = denial.grant.filter(|grant| grant.starts_with(RULE)) else { continue };
        lifted += 1;
        let policy = case.policy.as_ref().map(|text| format!("{text}\n{rule}"));
        let after = Case { policy, ..case.clone() }.ready();
        let denial = judge(&after.scene, &after.subject()).err();
        assert_eq!(denial, None, "{}: denied with\n{rule}", case.name);
    }
    assert!(lifted >= 20, "only {lifted} rows offer a rule");
}

#[test]
fn an_audit_says_what_the_file_would_refuse_and_how_to_grant_it() {
    let mut refused = 0;
    for case in cases() {
        let Some(policy) = case.policy.as_ref().filter(|text| !text.contains("mode =")) else {
            continue;
        };
        let in_mode = |mode: &str| {
            let policy = Some(format!("mode = \"{mode}\"\n{policy}"));
            Case { policy, offline: true, ..case.clone() }.ready()
        };
        let (enforced, audited) = (in_mode("enforce"), in_mode("audit"));
        let of_file = |denial: &Denial| denial.code.ends_with("-ungranted");
        let denial = judge(&enforced.scene, &enforced.subject()).err().filter(of_file);
        let said = audit(&audited.scene, &audited.subject());
        assert_eq!(said.as_ref(), denial.as_ref(), "{}", case.name);
        refused += usize::from(said.is_some());
        let denial = judge(&audited.scene, &audited.subject()).err().filter(of_file);
        assert_eq!(denial, None, "{}", case.name);
    }
    assert!(refused >= 20, "only {refused} rows");
}

/// The caller's account and the role's are two.
#[test]
fn a_denial_names_the_account_of_the_role_and_the_one_of_its_caller() {
    let case =
        cases().into_iter().find(|case| case.name.ends_with("a role of a bound account")).unwrap();
    let policy = Some("[[rule]]\nactions = [\"ram:CreateRole\"]\n".to_owned());
    let ready = Case { policy, ..case }.ready();
    let denial = judge(&ready.scene, &ready.subject()).unwrap_err();
    let what = "`sts:AssumeRole` on role `arms-admin` of account `2222222222222222`, called in account \
                `1111111111111111`, is not granted: ";
    assert!(denial.sentence.starts_with(what), "{}", denial.sentence);
}

#[test]
fn a_file_that_was_not_read_for_the_run_grants_nothing() {
    let file = PolicyFile::parse("reads = \"declared\"\n[[rule]]\nactions = [\"*\"]\n").unwrap();
    let case = cases().into_iter().find(|case| case.expect == "permit").unwrap();
    let mut ready = case.ready();
    ready.scene.allowances.policy = Some(Arc::new(file));
    let denial = judge(&ready.scene, &ready.subject()).unwrap_err();
    assert_eq!(denial.code, "policy.call-ungranted");
}

#[test]
fn a_denial_becomes_an_error_that_a_workflow_can_act_on() {
    for case in cases() {
        let ready = case.ready();
        let Err(denial) = judge(&ready.scene, &ready.subject()) else { continue };
        let Denial { code, grant, sentence, rule, .. } = denial.clone();
        assert!(sentence.chars().all(|c| !c.is_control()), "{}: {sentence:?}", case.name);
        assert!(!sentence.ends_with('.') && sentence.len() < 1_200, "{}: {sentence}", case.name);
        assert_eq!(denial.code(), code);
        let merely_wrong = code == "catalog.parameter-missing"
            || code == "catalog.parameter-unknown"
            || code == "catalog.parameter-invalid";
        let error = CallError::from(denial);
        assert_eq!(error.kind == ErrorKind::Denied, !merely_wrong, "{}", case.name);
        assert_eq!(error.code, code);
        assert_eq!(error.details.get("grant"), grant.as_ref());
        assert_eq!(error.details.get("rule"), Some(&rule.to_string()));
    }
}

#[test]
fn every_rule_is_attacked() {
    let all = cases();
    assert!(all.len() >= 50, "{} rows", all.len());
    let names: BTreeSet<&str> = all.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), all.len(), "two rows have the same name");
    let rules: BTreeSet<u8> = all.iter().filter_map(|case| case.rule).collect();
    assert_eq!(rules, BTreeSet::from([1, 3, 4, 5, 6, 7, 11, 16, 17, 18]));
}

#[test]
fn every_action_of_the_catalog_is_denied_unless_it_is_declared_and_agreed_to() {
    let any = cases().into_iter().find(|case| case.expect == "permit").unwrap();
    for product in Catalog::builtin().products() {
        for name in product.actions.keys() {
            let call = format!("{}:{name}", product.key);
            let case = Case { call, declared: Some(BTreeSet::new()), ..any.clone() };
            assert_eq!(outcome(&case).0, "policy.action-undeclared", "{}", case.call);
        }
    }
}

#[test]
fn every_call_on_credentials_asks_for_the_user() {
    let credentials = ["AccessKey", "LoginProfile", "MFADevice"];
    let any = cases().into_iter().find(|case| case.expect == "permit").unwrap();
    let mut found = 0;
    for product in Catalog::builtin().products() {
        for action in product.actions.values().filter(|action| action.effect.is_write()) {
            if !credentials.iter().any(|word| action.name.contains(word)) {
                continue;
            }
            found += 1;
            let case = Case { call: format!("{}:{}", product.key, action.name), ..any.clone() };
            let mut call = case.ready().call;
            let name = if product.key == "ims" { "UserPrincipalName" } else { "UserName" };
            let user = Value::Text("bob@example.onaliyun.com".to_owned());
            let plain = Value::Text("bob".to_owned());
            let value = if product.key == "ims" { user } else { plain };
            call.parameters = vec![(name.to_owned(), value)];
            let needs = host_policy::needs(product, action, &call);
            assert_eq!(
                needs,
                [host_policy::Need::User { name: "bob".to_owned() }],
                "{}",
                case.call
            );
        }
    }
    assert!(found >= 9, "{found} actions");
}

#[test]
fn needs_name_what_stands_behind_a_policy() {
    let cases = cases();
    let of = |call: &str| {
        let case = cases.iter().find(|case| case.call == call && case.expect == "permit").unwrap();
        let ready = case.ready();
        let needs = host_policy::needs(ready.product, ready.action, &ready.call);
        needs.iter().map(host_policy::Need::what).collect::<Vec<_>>()
    };
    assert_eq!(of("ram:AttachPolicyToRole"), ["policy `AliyunARMSReadOnlyAccess` (System)"]);
    assert_eq!(of("resourcemanager:AttachPolicy"), ["policy `read-trace-app` (Custom)"]);
    assert_eq!(of("ram:SetDefaultPolicyVersion"), ["version `v2` of policy `arms` (Custom)"]);
    assert_eq!(of("ram:CreateRole"), Vec::<String>::new());
}
