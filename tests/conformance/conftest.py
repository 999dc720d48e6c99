"""What the tests share: one offline cloud, clients of the official SDK, names that nobody else has."""

import itertools
import json

import pytest
from offline_cloud import SCENARIO, OfflineCloud
from official import SIGNATURES, Api, Key
from outcomes import Outcomes

_numbers = itertools.count(1)


def trust(principal):
    """A trust policy that lets one principal in."""
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"RAM": [principal]}}
    return json.dumps({"Version": "1", "Statement": [statement]})


def permission(*actions, effect="Allow"):
    """A permission policy for actions on everything."""
    statement = {"Action": list(actions), "Effect": effect, "Resource": "*"}
    return json.dumps({"Version": "1", "Statement": [statement]})


class Cloud:
    """One signature's view of the offline cloud. Names made here belong to one test alone."""

    def __init__(self, offline, signature):
        self.offline = offline
        self.signature = signature

    def id(self, account):
        return self.offline.accounts[account]["account"]

    def operator(self, account):
        return Key.of_operator(self.offline.accounts[account])

    def api(self, product, key="source"):
        """A client with that key, or with the key of that account's operator."""
        key = self.operator(key) if isinstance(key, str) else key
        offline = self.offline
        return Api(product, offline.address, key, self.signature, offline.protocol)

    def name(self, kind):
        return f"{kind}-{next(_numbers)}"

    def root(self, account):
        return f"acs:ram::{self.id(account)}:root"

    def user(self, account="source", *policies):
        """A new user with those system policies; gives its name."""
        name, ram = self.name("user"), self.api("ram", account)
        ram.call("CreateUser", UserName=name)
        for policy in policies:
            ram.call("AttachPolicyToUser", UserName=name, PolicyName=policy, PolicyType="System")
        return name

    def user_key(self, account="source", *policies):
        """A new user's name and its AccessKey."""
        name = self.user(account, *policies)
        return name, Key.of_user(self.api("ram", account).call("CreateAccessKey", UserName=name))

    def role(self, account="source", *policies, principal=None):
        """A new role with those system policies; gives its name."""
        name, ram = self.name("role"), self.api("ram", account)
        document = trust(principal or self.root(account))
        ram.call("CreateRole", RoleName=name, AssumeRolePolicyDocument=document)
        for policy in policies:
            ram.call("AttachPolicyToRole", RoleName=name, PolicyName=policy, PolicyType="System")
        return name

    def role_arn(self, role, account="source"):
        return f"acs:ram::{self.id(account)}:role/{role}"

    def session(self, role, account="source", key="source"):
        """The AccessKey of a session of that role."""
        arn = self.role_arn(role, account)
        sts = self.api("sts", key)
        return Key.of_session(sts.call("AssumeRole", RoleArn=arn, RoleSessionName="tests"))

    def policy(self, document=None, account="source"):
        """A new custom policy; gives its name."""
        name, ram = self.name("policy"), self.api("ram", account)
        document = document or permission("arms:Get*")
        ram.call("CreatePolicy", PolicyName=name, PolicyDocument=document)
        return name


@pytest.fixture(scope="session")
def outcomes():
    noted = Outcomes()
    yield noted
    noted.write()


@pytest.fixture(scope="session")
def offline(tmp_path_factory):
    cloud = OfflineCloud(tmp_path_factory.mktemp("cloud"), "--scenario", SCENARIO)
    yield cloud
    assert cloud.stop() == 0, "SIGTERM is an ordinary end"


@pytest.fixture(params=SIGNATURES)
def cloud(offline, request):
    return Cloud(offline, request.param)


@pytest.fixture
def any_cloud(offline):
    """For what has nothing to do with signatures."""
    return Cloud(offline, "v3")
