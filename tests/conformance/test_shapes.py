"""Every catalogued action answers what its sample shows, as the SDK's models read it."""

import json
import tomllib

import pytest
from offline_cloud import ROOT
from shapes import SHAPES, fill


def sample(shape):
    path = ROOT / "tests" / "samples" / shape.product / f"{shape.action}.success.json"
    return json.loads(path.read_text())


def fields(tree, at=""):
    """Every field of a reply with the type of its value; a list stands for all its items."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from fields(value, f"{at}/{name}")
    elif isinstance(tree, list) and tree:
        for item in tree:
            yield from fields(item, f"{at}/*")
    else:
        yield at, type(tree).__name__


def administrator(cloud, account):
    """A session that may do everything in that account."""
    role = cloud.role(account, "AdministratorAccess")
    return cloud.session(role, account, account)


def test_every_catalogued_action_has_a_shape():
    catalogued = set()
    for path in (ROOT / "host" / "catalog" / "data").glob("*.toml"):
        actions = tomllib.loads(path.read_text()).get("actions", {})
        catalogued |= {f"{path.stem}:{action}" for action in actions}
    assert catalogued == {repr(shape) for shape in SHAPES}


@pytest.mark.parametrize("caller", ["user", "session"])
@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_a_reply_has_the_fields_of_its_sample(cloud, shape, caller):
    made = {"caller": caller}
    for step in shape.given:
        step(cloud, made)
    parameters = fill(shape.parameters, cloud, made)
    key = cloud.operator(shape.account) if caller == "user" else administrator(cloud, shape.account)
    body = cloud.api(shape.product, key).call(shape.action, **parameters)
    expected, got = dict(fields(sample(shape))), dict(fields(body))
    missing = {field for field in expected if field not in got}
    assert missing == shape.absent[caller]
    for field in expected.keys() & got.keys():
        assert got[field] == expected[field], f"the type of {field}"
    assert body["RequestId"]
