"""Lists come in pages, in all three styles; together they are the whole list, each item once."""

import pytest


def by_marker(api, action, items, **parameters):
    """Pages of three, until `IsTruncated` is false."""
    found, marker = [], None
    while True:
        page = api.call(action, MaxItems=3, **parameters, **({"Marker": marker} if marker else {}))
        rows = items(page)
        assert len(rows) <= 3
        found += rows
        if not page["IsTruncated"]:
            return found
        assert len(rows) == 3, "a page that is not the last is full"
        marker = page["Marker"]


@pytest.mark.parametrize(
    ("kind", "action", "items", "name"),
    [
        ("role", "ListRoles", lambda page: page["Roles"]["Role"], "RoleName"),
        ("user", "ListUsers", lambda page: page["Users"]["User"], "UserName"),
    ],
)
def test_by_marker(cloud, kind, action, items, name):
    made = [getattr(cloud, kind)() for _ in range(7)]
    rows = [row[name] for row in by_marker(cloud.api("ram"), action, items)]
    assert len(rows) == len(set(rows)), "each item once"
    assert set(made) <= set(rows)


def test_by_marker_with_a_filter(cloud):
    made = [cloud.policy() for _ in range(4)]
    rows = by_marker(
        cloud.api("ram"),
        "ListPolicies",
        lambda page: page["Policies"]["Policy"],
        PolicyType="Custom",
    )
    names = [row["PolicyName"] for row in rows]
    assert set(made) <= set(names) and len(names) == len(set(names))
    assert {row["PolicyType"] for row in rows} == {"Custom"}


def test_by_page_number(cloud):
    arms, found, number = cloud.api("arms", "monitoring"), [], 1
    while True:
        page = arms.call(
            "SearchTraceAppByPage", RegionId="cn-hangzhou", PageNumber=number, PageSize=1
        )
        bean = page["PageBean"]
        found += [app["AppName"] for app in bean.get("TraceApps") or []]
        if len(found) >= bean["TotalCount"]:
            break
        number += 1
    assert sorted(found) == ["billing-service", "order-service", "search-service"]


def test_by_next_token(cloud):
    ram, role = cloud.api("ram"), cloud.role()
    tags = [{"Key": f"key-{number}", "Value": "v"} for number in range(5)]
    ram.call("TagResources", ResourceType="role", ResourceNames=[role], Tag=tags)
    found, token = [], None
    while True:
        more = {"NextToken": token} if token else {}
        page = ram.call(
            "ListTagResources", ResourceType="role", ResourceNames=[role], PageSize=2, **more
        )
        rows = page["TagResources"]
        assert len(rows) <= 2
        found += [row["TagKey"] for row in rows]
        token = page.get("NextToken")
        if not token:
            break
    assert sorted(found) == [tag["Key"] for tag in tags]
