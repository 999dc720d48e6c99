"""Every catalogued action answers what its sample shows, as the SDK's models read it."""

import catalog
import pytest
from shapes import CALLERS, SHAPES, fields, fill


def administrator(cloud, account):
    """A session that may do everything in that account."""
    role = cloud.role(account, "AdministratorAccess")
    return cloud.session(role, account, account)


def test_every_catalogued_action_has_a_shape():
    assert set(catalog.ACTIONS) == {repr(shape) for shape in SHAPES}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_a_reply_has_the_fields_of_its_sample(cloud, outcomes, shape, caller):
    made = {"caller": caller, "signature": cloud.signature}
    for step in shape.given:
        step.take(cloud, made)
    account = fill({"name": shape.account}, cloud, made)["name"]
    key = cloud.operator(account) if caller == "user" else administrator(cloud, account)
    parameters = fill(shape.parameters, cloud, made)
    body = cloud.api(shape.product, key).call(shape.action, **parameters)
    expected, got = dict(fields(shape.sample())), dict(fields(body))
    missing = {field for field in expected if field not in got}
    assert missing == shape.absent(caller, expected)
    for field in expected.keys() & got.keys():
        assert got[field] == expected[field], f"the type of {field}"
    assert shape.product == "cs" or body["RequestId"], "support asks for it"
    outcomes.reply(f"python-{cloud.signature}", repr(shape), caller)
