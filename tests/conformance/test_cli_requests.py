"""Requests of the `aliyun` CLI's shape are accepted, and refused as soon as one byte is another."""

import cli_request
import pytest
from cli_request import rpc, roa
from shapes import CALLERS

CLIENT = "aliyun-cli"
ARMS, CS, ECS, RAM, STS = "2019-08-08", "2015-12-15", "2014-05-26", "2015-05-01", "2015-04-01"
WORK = "/clusters/cfakework"


@pytest.fixture(params=CALLERS)
def caller(request):
    return request.param


@pytest.fixture
def key(any_cloud, caller):
    """The AccessKey of somebody who may do everything in the source account, of either kind."""
    if caller == "user":
        return any_cloud.operator("source")
    return any_cloud.session(any_cloud.role("source", "AdministratorAccess"))


# Action, how it is asked for, and where in the reply is what shows that it was understood.
REQUESTS = [
    ("sts:GetCallerIdentity", lambda key: rpc(key, STS, "GetCallerIdentity"), "AccountId"),
    ("ram:ListRoles", lambda key: rpc(key, RAM, "ListRoles", "POST", MaxItems="3"), "Roles"),
    (
        "ram:GetUser",
        lambda key: rpc(key, RAM, "GetUser", "POST", in_form=True, UserName="sharer"),
        "User",
    ),
    ("arms:ListTraceApps", lambda key: rpc(key, ARMS, "ListTraceApps", "POST"), "TraceApps"),
    (
        "ecs:DescribeInstances",
        lambda key: rpc(key, ECS, "DescribeInstances", InstanceIds='["i-fakequick00000000001"]'),
        "Instances",
    ),
    ("cs:DescribeClustersV1", lambda key: roa(key, CS, "GET", "/api/v1/clusters"), "clusters"),
    (
        "cs:DescribeClustersForRegion",
        lambda key: roa(key, CS, "GET", "/regions/cn-hangzhou/clusters", name="work", page_size=3),
        "clusters",
    ),
    ("cs:DescribeClusterDetail", lambda key: roa(key, CS, "GET", WORK), "cluster_id"),
]


@pytest.mark.parametrize(("action", "made", "shows"), REQUESTS, ids=[it[0] for it in REQUESTS])
def test_is_accepted(any_cloud, outcomes, key, caller, action, made, shows):
    status, body = made(key).send(any_cloud.offline.address)
    assert status == 200, body
    assert shows in body
    outcomes.reply(CLIENT, action, caller)


def test_a_body_is_accepted(any_cloud, outcomes, key, caller):
    path = f"{WORK}/components/coredns/config"
    request = roa(key, CS, "POST", path, {"config": '{"text": "a b+c/ü漢"}'})
    assert request.send(any_cloud.offline.address) == (200, None)
    outcomes.reply(CLIENT, "cs:ModifyClusterAddon", caller)


def test_a_refusal_has_the_body_that_the_cli_reads(any_cloud, outcomes, key, caller):
    status, body = rpc(key, RAM, "GetRole", RoleName="absent").send(any_cloud.offline.address)
    assert (status, body["Code"]) == (404, "EntityNotExist.Role")
    assert body["RequestId"] and body["Message"] and body["HostId"]
    outcomes.error(CLIENT, "ram:GetRole", caller, "EntityNotExist.Role")
    status, body = roa(key, CS, "GET", "/clusters/absent").send(any_cloud.offline.address)
    assert (status, body["code"]) == (404, "ErrorClusterNotFound")
    outcomes.error(CLIENT, "cs:DescribeClusterDetail", caller, "ErrorClusterNotFound")


def flipped(text):
    """The text with its last character exchanged for another of the same kind."""
    last = text[-1]
    return text[:-1] + ("b" if last.isalpha() and last != "b" else "7" if last != "7" else "8")


TEXT = "a b+c*d~e%20f=g&h/ü"


def test_one_other_byte_in_an_rpc_request(any_cloud, key):
    names = rpc(key, RAM, "GetUser", RoleName=TEXT).query
    for name in [*names, "method", "another"]:
        request = rpc(key, RAM, "GetUser", UserName="sharer", RoleName=TEXT)
        if name == "method":
            request.method = "POST"
        elif name == "another":
            request.query["UserNam"] = "x"
        elif name == "SignatureType":
            request.query[name] = "x"
        else:
            request.query[name] = flipped(request.query[name])
        status, body = request.send(any_cloud.offline.address)
        assert status >= 400, name
        assert body["Code"] in RPC_CODES.get(name, {"SignatureDoesNotMatch"}), name
        assert key.secret not in str(body)


TOKEN_CODES = {"InvalidSecurityToken.Malformed", "InvalidSecurityToken.MismatchWithAccessKey"}

# What is looked at before the signature is compared.
RPC_CODES = {
    "AccessKeyId": {"InvalidAccessKeyId.NotFound"},
    "SecurityToken": TOKEN_CODES,
    "SignatureMethod": {"InvalidSignatureMethod", "IncompleteSignature"},
    "SignatureVersion": {"InvalidSignatureMethod", "IncompleteSignature", "SignatureDoesNotMatch"},
    "Timestamp": {"InvalidTimeStamp.Format"},
}


def test_one_other_byte_in_a_form(any_cloud, key):
    request = rpc(key, RAM, "GetUser", "POST", in_form=True, UserName="sharer")
    request.body = request.body.replace(b"sharer", b"sharex")
    status, body = request.send(any_cloud.offline.address)
    assert (status, body["Code"]) == (400, "SignatureDoesNotMatch")


def test_one_other_byte_in_a_resource_request(any_cloud, key):
    names = roa(key, CS, "POST", WORK).headers
    unsigned = {"User-Agent", "x-sdk-client"}
    for name in [*names, "method", "path", "query", "another"]:
        request = roa(key, CS, "GET", "/api/v1/clusters", name=TEXT)
        if name == "method":
            request.method = "PUT"
        elif name == "path":
            request.path = "/api/v1/cluster"
        elif name == "query":
            request.query["name"] = flipped(TEXT)
        elif name == "another":
            request.headers["x-acs-another"] = "x"
        else:
            request.headers[name] = flipped(request.headers[name])
        status, body = request.send(any_cloud.offline.address)
        if name in unsigned:
            assert status == 200, name
            continue
        assert status >= 400, name
        # A version that nobody knows is no resource product's.
        code = body["Code" if name == "x-acs-version" else "code"]
        assert code in ROA_CODES.get(name, {"SignatureDoesNotMatch"}), name
        assert key.secret not in str(body)


ROA_CODES = {
    "Content-MD5": {"ContentMD5NotMatched", "SignatureDoesNotMatch"},
    "Date": {"InvalidTimeStamp.Format"},
    "x-acs-security-token": TOKEN_CODES,
    "x-acs-signature-method": {"InvalidSignatureMethod", "IncompleteSignature"},
}


def test_one_other_byte_in_a_body(any_cloud, key):
    path = f"{WORK}/components/coredns/config"
    request = roa(key, CS, "POST", path, {"config": '{"number": 1}'})
    request.body = request.body.replace(b"1", b"2")
    status, body = request.send(any_cloud.offline.address)
    assert (status, body["code"]) == (400, "ContentMD5NotMatched")


def test_a_request_works_once(any_cloud, key):
    request = rpc(key, STS, "GetCallerIdentity")
    assert request.send(any_cloud.offline.address)[0] == 200
    status, body = request.send(any_cloud.offline.address)
    assert (status, body["Code"]) == (400, "SignatureNonceUsed")


def test_the_documented_example_comes_out():
    # The published example of the old signature.
    text = (
        "GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML"
        "%26SignatureMethod%3DHMAC-SHA1"
        "%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureVersion%3D1.0"
        "%26Timestamp%3D2016-02-23T12%253A46%253A24Z%26Version%3D2014-05-26"
    )
    assert cli_request.signature("testsecret&", text) == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="
