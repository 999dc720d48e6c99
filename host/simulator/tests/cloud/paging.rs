//! Lists come in pages, and every item comes once.

use serde_json::Value as Json;

use crate::stage::Stage;

fn names(items: &Json, field: &str) -> Vec<String> {
    let items = items.as_array().unwrap();
    items.iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

#[test]
fn markers_lead_through_a_list_once() {
    let stage = Stage::crowded();
    let operator = stage.operator();
    let all = names(&stage.done(&operator, "ram:ListUsers", &[])["Users"]["User"], "UserName");
    assert_eq!(all.len(), 9);
    for size in ["1", "2", "3", "9", "100"] {
        let mut found = Vec::new();
        let mut marker = String::new();
        loop {
            let page = [("MaxItems", size), ("Marker", marker.as_str())];
            let body = stage.done(&operator, "ram:ListUsers", &page);
            found.extend(names(&body["Users"]["User"], "UserName"));
            assert!(found.len() <= all.len(), "{size}: a page came twice");
            marker = body["Marker"].as_str().unwrap().to_owned();
            assert_eq!(body["IsTruncated"].as_bool().unwrap(), !marker.is_empty());
            if marker.is_empty() {
                break;
            }
        }
        assert_eq!(found, all, "{size}");
    }
}

#[test]
fn a_marker_survives_the_item_that_it_names() {
    let stage = Stage::crowded();
    let operator = stage.operator();
    let page = stage.done(&operator, "ram:ListRoles", &[("MaxItems", "1")]);
    assert_eq!(names(&page["Roles"]["Role"], "RoleName"), ["open"]);
    assert!(page["Roles"]["Role"][0].get("AssumeRolePolicyDocument").is_none());
    let marker = page["Marker"].as_str().unwrap();
    stage.simulator.meddle(|state| {
        for account in state.accounts.values_mut() {
            account.roles.remove("open");
        }
    });
    let rest = stage.done(&operator, "ram:ListRoles", &[("Marker", marker)]);
    assert_eq!(names(&rest["Roles"]["Role"], "RoleName"), ["secret", "taken"]);
}

#[test]
fn tokens_and_numbers_lead_through_lists_too() {
    let stage = Stage::crowded();
    let operator = stage.operator();
    let tags = r#"[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]"#;
    let tag = [("ResourceType", "role"), ("ResourceNames", r#"["open"]"#), ("Tag", tags)];
    stage.done(&operator, "ram:TagResources", &tag);
    let mut found = Vec::new();
    let mut token = String::new();
    loop {
        let page = [("ResourceType", "role"), ("PageSize", "2"), ("NextToken", token.as_str())];
        let body = stage.done(&operator, "ram:ListTagResources", &page);
        found.extend(names(&body["TagResources"], "TagKey"));
        assert!(found.len() <= 3, "a page came twice");
        token = body["NextToken"].as_str().unwrap().to_owned();
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(found, ["a", "b", "owner"]);
    let page = [("RegionId", "cn-hangzhou"), ("PageSize", "1"), ("PageNumber", "2")];
    let body = stage.done(&operator, "arms:SearchTraceAppByPage", &page);
    assert_eq!(body["PageBean"]["TotalCount"], 2);
    assert_eq!(names(&body["PageBean"]["TraceApps"], "AppName"), ["order-service"]);
    let beyond = [("RegionId", "cn-hangzhou"), ("PageNumber", "9")];
    let body = stage.done(&operator, "arms:SearchTraceAppByPage", &beyond);
    assert_eq!(body["PageBean"]["TraceApps"], Json::Array(Vec::new()));
}

#[test]
fn filters_narrow_lists() {
    let stage = Stage::crowded();
    let operator = stage.operator();
    let cases = [
        (
            "ram:ListRoles",
            vec![("Tag", r#"[{"Key":"owner","Value":"o11y"}]"#)],
            "/Roles/Role/0/RoleName",
            "taken",
        ),
        (
            "ram:ListPolicies",
            vec![("PolicyType", "Custom"), ("MaxItems", "1")],
            "/Policies/Policy/0/PolicyName",
            "held-by-group",
        ),
        (
            "ram:ListPolicies",
            vec![("PolicyType", "System"), ("MaxItems", "1")],
            "/Policies/Policy/0/PolicyName",
            "AdministratorAccess",
        ),
        (
            "arms:ListTraceApps",
            vec![("RegionId", "cn-hangzhou"), ("Tags.1.Key", "team"), ("Tags.1.Value", "shop")],
            "/TraceApps/0/AppName",
            "order-service",
        ),
        (
            "resourcemanager:ListResourceGroups",
            vec![("Name", "sho")],
            "/ResourceGroups/ResourceGroup/0/Id",
            "rg-fakeshop000001",
        ),
        (
            "resourcemanager:ListPolicyAttachments",
            vec![
                ("PrincipalName", "taken@role.1234567890123456.onaliyunservice.com"),
                ("PolicyType", "Custom"),
            ],
            "/PolicyAttachments/PolicyAttachment/0/PolicyName",
            "held-by-role",
        ),
    ];
    for (call, filter, pointer, expected) in cases {
        let body = stage.done(&operator, call, &filter);
        assert_eq!(body.pointer(pointer).and_then(Json::as_str), Some(expected), "{call}: {body}");
    }
    let none = stage.done(&operator, "arms:ListTraceApps", &[("RegionId", "cn-beijing")]);
    assert_eq!((&none["Success"], &none["TraceApps"]), (&true.into(), &Json::Array(vec![])));
}
