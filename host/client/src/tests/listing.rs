//! Lists over the wire.

use host_model::Problem as _;
use host_wire::WireError;
use serde_json::json;

use crate::tests::bed::{Bed, Reaction, call, lost, no, says};

fn roles(names: &[&str], marker: Option<&str>) -> Reaction {
    let items: Vec<_> = names.iter().map(|name| json!({ "RoleName": name })).collect();
    let page = json!({
        "RequestId": format!("r-{}", names.len()),
        "IsTruncated": marker.is_some(),
        "Marker": marker.unwrap_or_default(),
        "Roles": { "Role": items },
    });
    says(200, &page.to_string())
}

fn groups(ids: &[u32], total: u32) -> Reaction {
    let items: Vec<_> = ids.iter().map(|id| json!({ "Id": id })).collect();
    let page = json!({ "RequestId": "r", "TotalCount": total,
        "ResourceGroups": { "ResourceGroup": items } });
    says(200, &page.to_string())
}

#[tokio::test]
async fn brings_all_pages_through_throttling_and_losses() {
    let script =
        vec![no(400, "Throttling"), roles(&["a", "b"], Some("m 1")), lost(), roles(&["c"], None)];
    let bed = Bed::new(script);
    let answer = bed.run(&call("ram", "ListRoles")).await.unwrap();

    let names: Vec<_> = answer.body["Roles"]["Role"].as_array().unwrap().iter().collect();
    assert_eq!(
        names,
        [&json!({ "RoleName": "a" }), &json!({ "RoleName": "b" }), &json!({ "RoleName": "c" })]
    );
    assert_eq!(answer.body["IsTruncated"], false);
    assert_eq!(answer.attempts, 4);
    assert_eq!(answer.request_id.as_deref(), Some("r-1"));
    let marker = ("Marker".to_owned(), "m 1".to_owned());
    let asked: Vec<bool> = bed.sent().iter().map(|r| r.query.contains(&marker)).collect();
    assert_eq!(asked, [false, false, true, true]);
}

#[tokio::test]
async fn half_a_list_is_an_error() {
    let cases = [
        (vec![roles(&["a"], Some("m1")), no(403, "NoPermission")], "NoPermission"),
        (vec![roles(&["a"], Some("m1")), roles(&["a"], Some("m1"))], "wire.marker-repeated"),
    ];
    for (script, code) in cases {
        let error = Bed::new(script).run(&call("ram", "ListRoles")).await.unwrap_err();
        assert_eq!(error.code, code);
        assert_eq!(error.details["action"], "ram:ListRoles");
    }
}

#[tokio::test]
async fn a_list_that_changes_is_read_again() {
    let list = call("resourcemanager", "ListResourceGroups");
    let changing = || [groups(&[1, 2], 3), groups(&[], 2)];
    let script = changing().into_iter().chain([groups(&[1, 2], 2)]).collect();
    let bed = Bed::new(script);
    let answer = bed.run(&list).await.unwrap();
    assert_eq!(answer.body["ResourceGroups"]["ResourceGroup"].as_array().unwrap().len(), 2);

    let bed = Bed::new((0..3).flat_map(|_| changing()).collect());
    let error = bed.run(&list).await.unwrap_err();
    let changed =
        WireError::ListChanged { action: "ListResourceGroups".to_owned(), before: 3, after: 2 };
    assert_eq!(error.code, changed.code());
    assert!(bed.is_finished());
}
