"""Every code that the catalog knows arrives as the SDK's exception, with code, status and request id.

The scenario makes the cloud answer with one code after the other: first those of the gateway, which one
place of the SDK reads for all actions of a product, each to another action; then each action's own.
What really leads to a refusal is for `test_errors.py`.
"""

import collections
import functools
import itertools

import catalog
import pytest
from alibabacloud_tea_openapi.exceptions import (
    AlibabaCloudException,
    ClientException,
    ServerException,
    ThrottlingException,
)
from offline_cloud import OfflineCloud
from official import SIGNATURES, Api, Key
from shapes import CALLERS

ACCOUNT = "6543210987654321"

SCENARIO = f"""
seed = 20260107
start = "2026-01-05T09:00:00Z"

[accounts.source]
id = "{ACCOUNT}"
operator = {{ access_key_id = "LTAI5tFakeSourceOperator00001", access_key_secret = "FakeSourceOperatorSecret00001" }}

[[accounts.source.roles]]
name = "everything"
policies = ["AdministratorAccess"]
trust = '{{"Version": "1", "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {{"RAM": ["acs:ram::{ACCOUNT}:root"]}}}}]}}'
"""

# The first request makes the session; only later ones fail.
RULE = """
[[fault]]
on = "{on}"
kind = "error"
code = "{code}"
status = {status}
nth = 2
count = {count}
"""

CASES = list(itertools.product(SIGNATURES, CALLERS))


class Refusals:
    """The refusals of a product's actions: `gateway` by case, `own` by action and case."""

    def __init__(self, folder, product):
        self.product = product
        self.actions = [name for name in catalog.ACTIONS if name.startswith(f"{product}:")]
        self.gateway = collections.defaultdict(list)
        self.own = collections.defaultdict(list)
        scenario = folder / "scenario.toml"
        scenario.write_text(SCENARIO + "".join(self._rules()))
        cloud = OfflineCloud(folder, "--scenario", scenario)
        try:
            self._ask(cloud)
        finally:
            cloud.stop()

    def _rules(self):
        for code, status in catalog.GATEWAY.items():
            yield RULE.format(on="*", code=code, status=status, count=len(CASES))
        for action in self.actions:
            for code, status in catalog.ACTIONS[action].items():
                yield RULE.format(on=action, code=code, status=status, count=len(CASES))

    def _ask(self, cloud):
        operator = Key.of_operator(cloud.accounts["source"])
        role = f"acs:ram::{ACCOUNT}:role/everything"
        sts = Api("sts", cloud.address, operator)
        session = Key.of_session(sts.call("AssumeRole", RoleArn=role, RoleSessionName="tests"))
        keys = {"user": operator, "session": session}
        apis = {case: Api(self.product, cloud.address, keys[case[1]], case[0]) for case in CASES}
        # In the order of the rules.
        turns = itertools.cycle(self.actions)
        for code in catalog.GATEWAY:
            for case, api in apis.items():
                action = next(turns)
                self.gateway[case].append((action, code, refusal(api, action)))
        for action in self.actions:
            for code in catalog.ACTIONS[action]:
                for case, api in apis.items():
                    self.own[action, *case].append((code, refusal(api, action)))


def refusal(api, action):
    try:
        return api.refusal_of_anything(action.split(":")[1])
    except Exception as problem:
        # All are asked once; the test of this one says what was wrong.
        return problem


def check(error, code, status):
    assert isinstance(error, AlibabaCloudException), error
    assert (error.code, error.status_code) == (code, status)
    assert type(error) is (ServerException if status >= 500 else ClientException), code
    assert error.request_id and error.request_id != "None", code


@pytest.fixture(scope="session")
def refusals(tmp_path_factory):
    """The refusals of a product, asked for once."""
    return functools.cache(lambda product: Refusals(tmp_path_factory.mktemp(product), product))


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("product", catalog.PRODUCTS)
def test_every_code_of_the_gateway_arrives(refusals, outcomes, product, signature, caller):
    found = refusals(product).gateway[signature, caller]
    assert {code for _, code, _ in found} == set(catalog.GATEWAY)
    for action, code, error in found:
        check(error, code, catalog.GATEWAY[code])
        outcomes.error(f"python-{signature}", action, caller, code)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("action", [name for name, own in catalog.ACTIONS.items() if own])
def test_every_code_of_an_action_arrives(refusals, outcomes, action, signature, caller):
    found = refusals(action.split(":")[0]).own[action, signature, caller]
    assert {code for code, _ in found} == set(catalog.ACTIONS[action])
    for code, error in found:
        check(error, code, catalog.ACTIONS[action][code])
        outcomes.error(f"python-{signature}", action, caller, code)


@pytest.mark.parametrize("product", ["ram", "cs"])
@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_throttled_client_is_told_when_to_come_back(tmp_path, product, signature):
    rule = '[[fault]]\non = "*"\nkind = "throttle"\nretry_after = 1500\n'
    scenario = tmp_path / "scenario.toml"
    scenario.write_text(SCENARIO + rule)
    cloud = OfflineCloud(tmp_path, "--scenario", scenario)
    api = Api(product, cloud.address, Key.of_operator(cloud.accounts["source"]), signature)
    error = api.refusal({"ram": "ListRoles", "cs": "DescribeClustersV1"}[product])
    cloud.stop()
    assert type(error) is ThrottlingException
    assert (error.code, error.retry_after) == ("Throttling.User", 1500)
