//! Lists: all pages, or an error.

use host_catalog::Action;
use host_model::Problem as _;
use host_wire::{PAGES_MAX, Pages};
use serde_json::{Value as Json, json};

use crate::case::{call, catalogued, encoded};

fn marked(items: &[&str], marker: Option<&str>) -> Json {
    let roles: Vec<Json> = items.iter().map(|name| json!({ "RoleName": name })).collect();
    let mut page = json!({ "RequestId": "r", "Roles": { "Role": roles } });
    page["IsTruncated"] = json!(marker.is_some());
    if let Some(marker) = marker {
        page["Marker"] = json!(marker);
    }
    page
}

fn numbered(items: &[u32], total: u32) -> Json {
    let groups: Vec<Json> = items.iter().map(|id| json!({ "Id": id })).collect();
    json!({ "RequestId": "r", "TotalCount": total, "ResourceGroups": { "ResourceGroup": groups } })
}

fn tokened(items: &[&str], token: Option<&str>) -> Json {
    let mut page = json!({ "RequestId": "r", "TagResources": items });
    if let Some(token) = token {
        page["NextToken"] = json!(token);
    }
    page
}

/// Reads pages until the list is complete, or the code of what is wrong with it.
fn read(action: &Action, pages: Vec<Json>) -> Result<Json, &'static str> {
    let mut list = Pages::of(action).expect("the action has pages");
    let mut pages = pages.into_iter();
    loop {
        let page = pages.next().expect("the list does not ask for more pages than there are");
        match list.add(page) {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(error) => return Err(error.code()),
        }
    }
    assert_eq!(pages.len(), 0, "the list stopped early");
    Ok(list.finish())
}

#[test]
fn merges_all_pages() {
    let (_, roles) = catalogued("ram", "ListRoles");
    let whole = read(
        roles,
        vec![marked(&["a", "b"], Some("m1")), marked(&[], Some("m2")), marked(&["c"], None)],
    );
    assert_eq!(whole, Ok(marked(&["a", "b", "c"], None)));

    let (_, groups) = catalogued("resourcemanager", "ListResourceGroups");
    let whole = read(groups, vec![numbered(&[1, 2], 3), numbered(&[3], 3)]);
    assert_eq!(whole, Ok(numbered(&[1, 2, 3], 3)));
    assert_eq!(read(groups, vec![numbered(&[], 0)]), Ok(numbered(&[], 0)));

    let (_, tagged) = catalogued("ram", "ListTagResources");
    let whole = read(
        tagged,
        vec![tokened(&["a"], Some("t1")), tokened(&["b"], Some("t2")), tokened(&["c"], Some(""))],
    );
    assert_eq!(whole, Ok(tokened(&["a", "b", "c"], None)));
    assert_eq!(read(tagged, vec![tokened(&["a"], None)]), Ok(tokened(&["a"], None)));
}

#[test]
fn reads_pages_as_each_product_writes_them() {
    let (_, results) = catalogued("ecs", "DescribeInvocationResults");
    let page = |items: &[u32], token: Option<&str>| {
        let mut invocation = json!({ "InvocationResults": { "InvocationResult": items } });
        if let Some(token) = token {
            invocation["NextToken"] = json!(token);
        }
        json!({ "RequestId": "r", "Invocation": invocation })
    };
    let whole = read(results, vec![page(&[1, 2], Some("t1")), page(&[3], Some(""))]);
    assert_eq!(whole, Ok(page(&[1, 2, 3], None)));
    // A token elsewhere leads nowhere.
    let mut last = page(&[1], None);
    last["NextToken"] = json!("t2");
    assert_eq!(read(results, vec![last.clone()]), Ok(last));

    let (_, clusters) = catalogued("cs", "DescribeClustersV1");
    let page = |items: &[u32], total: u32| json!({ "clusters": items, "page_info": { "total_count": total } });
    assert_eq!(read(clusters, vec![page(&[1, 2], 3), page(&[3], 3)]), Ok(page(&[1, 2, 3], 3)));
    assert_eq!(
        read(clusters, vec![json!({ "clusters": [], "TotalCount": 0 })]),
        Err("wire.list-incomplete")
    );
}

#[test]
fn refuses_a_list_that_is_not_whole() {
    let (_, roles) = catalogued("ram", "ListRoles");
    let (_, groups) = catalogued("resourcemanager", "ListResourceGroups");
    let (_, tagged) = catalogued("ram", "ListTagResources");
    let lost_marker = {
        let mut page = marked(&["a"], Some("m1"));
        page["Marker"] = json!("");
        page
    };
    let no_flag = json!({ "RequestId": "r", "Roles": { "Role": [] } });
    let cases = [
        ("circle", roles, vec![marked(&["a"], Some("m1")), marked(&["a"], Some("m1"))]),
        (
            "longer circle",
            tagged,
            vec![
                tokened(&["a"], Some("t1")),
                tokened(&["b"], Some("t2")),
                tokened(&["a"], Some("t1")),
            ],
        ),
        ("no marker", roles, vec![lost_marker]),
        ("no flag", roles, vec![no_flag]),
        ("no list", roles, vec![json!({ "RequestId": "r", "IsTruncated": false })]),
        ("no list", tagged, vec![json!({ "RequestId": "r" })]),
        ("no total", groups, vec![json!({ "ResourceGroups": { "ResourceGroup": [] } })]),
        ("an empty page", groups, vec![numbered(&[1, 2], 3), numbered(&[], 3)]),
        ("changed", groups, vec![numbered(&[1, 2], 4), numbered(&[4], 3)]),
    ];
    let codes: Vec<_> = cases
        .into_iter()
        .map(|(what, action, pages)| (what, read(action, pages).expect_err(what)))
        .collect();
    assert_eq!(
        codes,
        [
            ("circle", "wire.marker-repeated"),
            ("longer circle", "wire.marker-repeated"),
            ("no marker", "wire.list-incomplete"),
            ("no flag", "wire.list-incomplete"),
            ("no list", "wire.list-incomplete"),
            ("no list", "wire.list-incomplete"),
            ("no total", "wire.list-incomplete"),
            ("an empty page", "wire.list-incomplete"),
            ("changed", "wire.list-changed"),
        ]
    );
}

#[test]
fn a_list_has_an_end() {
    let (_, roles) = catalogued("ram", "ListRoles");
    let pages = |count: usize| {
        let page =
            |number| marked(&["a"], (number < count).then(|| format!("m{number}")).as_deref());
        (1..=count).map(page).collect::<Vec<_>>()
    };
    assert!(read(roles, pages(PAGES_MAX)).is_ok());
    assert_eq!(read(roles, pages(PAGES_MAX + 1)[..PAGES_MAX].to_vec()), Err("wire.list-too-long"));
}

#[test]
fn asks_for_the_next_page_as_the_last_one_said() {
    let cases = [
        ("ram", "ListRoles", marked(&["a"], Some("m1")), ("Marker", "m1")),
        ("ram", "ListTagResources", tokened(&["a"], Some("t/1")), ("NextToken", "t/1")),
        ("resourcemanager", "ListResourceGroups", numbered(&[1], 2), ("PageNumber", "2")),
    ];
    for (product, action, first, (name, value)) in cases {
        let (_, known) = catalogued(product, action);
        let mut pages = Pages::of(known).unwrap();
        let next = pages.add(first).unwrap().unwrap();
        let request = encoded(&call(product, action, Vec::new()), Some(&next)).unwrap();
        assert!(request.query.contains(&(name.to_owned(), value.to_owned())), "{action}");
    }
}
