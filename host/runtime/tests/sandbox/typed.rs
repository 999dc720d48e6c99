//! Typed calls of a guest in Rust: what reaches the driver, what comes back, and what never does.

use std::collections::BTreeMap;

use host_model::{Call, Reply, SecretKind, SecretRef, Value};
use host_runtime::{Answer, Event, Limits, Prepared, Stop};
use serde_json::{Value as Json, json};

use crate::guest::hostile;
use crate::script::{Outcome, engine, facts, run, usual};

fn attack(name: &str, answers: crate::script::Answers) -> (Json, Vec<Event>) {
    let prepared = Prepared::new(engine(), None, "hostile.wasm", hostile()).expect("it is fine");
    let input = json!({ "attack": name }).to_string();
    let Outcome { result, events } = run(&prepared, Limits::default(), &input, answers);
    let output = result.expect("the attack comes to its end");
    (serde_json::from_str(&output).expect("its output is JSON"), events)
}

fn calls(events: &[Event]) -> Vec<&Call> {
    let calls = events.iter().filter_map(|event| match event {
        Event::Call(call) => Some(call),
        _ => None,
    });
    calls.collect()
}

fn got<'a>(output: &'a Json, what: &str) -> Vec<&'a Json> {
    let all = output["got"].as_array().into_iter().flatten();
    all.filter(|attempt| attempt["what"] == what).collect()
}

/// Every call is answered with an AccessKey, a secret by its name.
fn with_key(event: &Event) -> Result<Answer, Stop> {
    let Event::Call(call) = event else { return usual(event) };
    let secret = SecretRef {
        account: facts("source").account,
        kind: SecretKind::AccessKey,
        object: "ram:access-key/LTAI5tExample".to_owned(),
    };
    let body = match call.action.as_str() {
        "GetDefaultDomain" => json!({ "DefaultDomainName": "example.onaliyun.com" }),
        _ => json!({
            "AccessKey": { "AccessKeyId": "LTAI5tExample", "Status": "Active", "Extra": [1, 2] },
            "RequestId": "R-1",
        }),
    };
    let secrets = match call.action.as_str() {
        "CreateAccessKey" => BTreeMap::from([("/AccessKey/AccessKeySecret".to_owned(), secret)]),
        _ => BTreeMap::new(),
    };
    let request_id = Some("R-1".to_owned());
    Ok(Answer::Reply { reply: Reply { body, secrets, identity: None, request_id } })
}

#[test]
fn a_name_that_the_function_has_never_leaves_through_extra() {
    let (output, events) = attack("extra-overriding", usual_reply);
    for what in ["typed name", "typed document", "typed option"] {
        let [only] = got(&output, what)[..] else { unreachable!("{what}: {output}") };
        assert_eq!(only["kind"], "denied", "{only}");
        assert_eq!(only["code"], "catalog.parameter-repeated", "{only}");
    }
    for call in calls(&events).iter().filter(|call| call.action == "CreateRole") {
        let names: Vec<&str> = call.parameters.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.iter().filter(|name| **name == "RoleName").count(), 1, "{names:?}");
        assert!(!names.contains(&"Description"), "{names:?}");
    }
}

/// Every call is answered with an empty reply.
fn usual_reply(event: &Event) -> Result<Answer, Stop> {
    let Event::Call(_) = event else { return usual(event) };
    let reply =
        Reply { body: json!({}), secrets: BTreeMap::new(), identity: None, request_id: None };
    Ok(Answer::Reply { reply })
}

#[test]
fn what_the_catalog_does_not_have_and_the_wrong_interface_reach_no_driver() {
    let (output, events) = attack("call-uncatalogued", usual_reply);
    assert!(calls(&events).is_empty(), "{events:?}");
    let all = output["got"].as_array().unwrap();
    assert!(all.iter().all(|attempt| attempt["code"] == "catalog.action-unknown"), "{output}");

    let (output, events) = attack("call-through-wrong-interface", usual_reply);
    let actions: Vec<&str> = calls(&events).iter().map(|call| call.action.as_str()).collect();
    assert_eq!(actions, ["GetUser"], "only the look at the end");
    for what in ["CreateUser", "DeleteUser", "GetUser"] {
        assert_eq!(got(&output, what)[0]["code"], "policy.interface-wrong", "{output}");
    }

    let (output, events) = attack("assume-generic", usual_reply);
    assert!(calls(&events).is_empty(), "{events:?}");
    assert_eq!(got(&output, "AssumeRole")[0]["kind"], "denied");
}

#[test]
fn a_secret_of_a_reply_is_a_handle_and_goes_back_as_a_name() {
    let (output, _) = attack("reply-access-key", with_key);
    // The guest gives away backwards what it read.
    let backwards = got(&output, "typed")[0]["value"].as_str().unwrap();
    let raw: String = backwards.chars().rev().collect();
    let raw: Json = serde_json::from_str(&raw).unwrap();
    assert_eq!(raw["AccessKeyId"], "LTAI5tExample", "{raw}");
    assert_eq!(raw["Extra"], json!([1, 2]), "{raw}");

    let (_, events) = attack("secret-as-text", with_key);
    let calls = calls(&events);
    let placed =
        calls.iter().flat_map(|call| &call.parameters).filter_map(|(name, value)| match value {
            Value::Secret(secret) => Some((name.as_str(), secret.object.as_str())),
            Value::Text(_) | Value::Json(_) | Value::Settings(_) => None,
        });
    let placed: Vec<_> = placed.collect();
    assert!(placed.contains(&("Description", "ram:access-key/LTAI5tExample")), "{placed:?}");
    assert!(placed.contains(&("Moon", "ram:access-key/LTAI5tExample")), "{placed:?}");
}

#[test]
fn a_reply_that_lacks_its_secret_or_its_identity_is_an_error_not_a_handle() {
    fn empty_key(event: &Event) -> Result<Answer, Stop> {
        match with_key(event)? {
            Answer::Reply { reply } => {
                Ok(Answer::Reply { reply: Reply { secrets: BTreeMap::new(), ..reply } })
            }
            other => Ok(other),
        }
    }
    let (output, _) = attack("reply-access-key", empty_key);
    assert_eq!(got(&output, "typed")[0]["code"], "runtime.secret-missing", "{output}");
}

#[test]
fn events_are_free_of_secrets_and_survive_being_written_down() {
    for name in ["secret-as-text", "words", "fingerprint", "vault-find"] {
        let prepared = Prepared::new(engine(), None, "hostile.wasm", hostile()).unwrap();
        let input = json!({ "attack": name, "object": "ram:login-profile/x" }).to_string();
        let outcome = run(&prepared, Limits::default(), &input, with_secrets);
        assert!(!outcome.events.is_empty());
        for event in &outcome.events {
            let text = serde_json::to_string(event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), *event, "{text}");
        }
    }
}

/// The same, and the vault has every password.
fn with_secrets(event: &Event) -> Result<Answer, Stop> {
    let secret = |object: &str| SecretRef {
        account: facts("source").account,
        kind: SecretKind::Password,
        object: object.to_owned(),
    };
    Ok(match event {
        Event::GeneratePassword { object, .. } => Answer::Secret { secret: Some(secret(object)) },
        Event::FindSecret { .. } => Answer::Secret { secret: None },
        other => return with_key(other),
    })
}
