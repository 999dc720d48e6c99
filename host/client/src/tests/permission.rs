//! What may leave at all.

use host_model::{ErrorKind, Value};
use host_policy::{HostPurpose, Permit};

use crate::tests::bed::{Bed, call, key, outgoing, says, yes};

#[tokio::test]
async fn a_permit_is_good_for_its_own_action_only() {
    let identify = call("sts", "GetCallerIdentity");
    let reply = r#"{"RequestId":"r","AccountId":"1234567890123456"}"#;
    let bed = Bed::new(vec![says(200, reply)]);
    let permit = || Permit::for_host(HostPurpose::Identify);
    let answer = bed.client.call(permit(), &key(), outgoing(&identify, None)).await.unwrap();
    assert_eq!(answer.body["AccountId"], "1234567890123456");

    let get_role = call("ram", "GetRole");
    let error = bed.client.call(permit(), &key(), outgoing(&get_role, None)).await.unwrap_err();
    assert_eq!(error.code, "client.permit-different");
    assert_eq!(error.kind, ErrorKind::Denied);
    assert_eq!(bed.sends(), 1);
}

#[tokio::test]
async fn only_catalogued_calls_leave() {
    let mut unknown = call("ram", "GetRole");
    unknown.action = "DeleteEverything".to_owned();
    let mut old = call("ram", "GetRole");
    old.version = "2011-01-01".to_owned();
    let mut extra = call("ram", "GetRole");
    extra.parameters.push(("Action".to_owned(), Value::Text("DeleteRole".to_owned())));
    let nowhere = call("arms", "DescribeTraceLicenseKey");
    let cases = [
        (unknown, "catalog.action-unknown"),
        (old, "catalog.action-unknown"),
        (extra, "catalog.parameter-owned"),
        (nowhere, "catalog.parameter-missing"),
    ];
    for (call, code) in cases {
        let bed = Bed::new(vec![yes()]);
        let error = bed.run(&call).await.unwrap_err();
        assert_eq!(error.code, code);
        assert_eq!(bed.sends(), 0);
    }
}

#[test]
fn a_call_can_be_made_from_any_thread() {
    fn is_send<T: Send>(_: &T) {}
    let bed = Bed::new(Vec::new());
    let (call, key) = (call("ram", "GetRole"), key());
    let permit = Permit::for_host(HostPurpose::Identify);
    is_send(&bed.client.call(permit, &key, outgoing(&call, None)));
}
