"""The SDK's old core, `aliyun-python-sdk-core`, which signs with RPC V1 and ROA V1 only."""

import json

import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest, RpcRequest
from official import REGION, Key
from shapes import CALLERS

CLIENT = "old-core"

VERSIONS = {"arms": "2019-08-08", "cs": "2015-12-15", "ram": "2015-05-01", "sts": "2015-04-01"}

# Resource requests are known by their paths.
PATHS = {"cs:DescribeClustersV1": "/api/v1/clusters", "cs:DescribeClusterDetail": "/clusters/[id]"}


def ask(cloud, key, called, path=None, method="POST", **parameters):
    """The body of the reply."""
    product, action = called.split(":")
    request = CommonRequest(domain=cloud.offline.address, version=VERSIONS[product])
    request.set_protocol_type("http")
    request.set_accept_format("json")
    if called in PATHS:
        request.set_uri_pattern(PATHS[called])
        request.set_method("GET")
        for place, value in (path or {}).items():
            request.add_path_param(place, value)
    else:
        request.set_action_name(action)
        request.set_method(method)
    for parameter, value in parameters.items():
        request.add_query_param(parameter, value)
    return send(key, request)


def send(key, request):
    if key.token:
        credential = StsTokenCredential(key.id, key.secret, key.token)
    else:
        credential = AccessKeyCredential(key.id, key.secret)
    client = AcsClient(region_id=REGION, credential=credential)
    return json.loads(client.do_action_with_exception(request))


def refusal(*arguments, **parameters):
    with pytest.raises(ServerException) as caught:
        ask(*arguments, **parameters)
    return caught.value


@pytest.fixture(params=CALLERS)
def caller(request):
    return request.param


@pytest.fixture
def key(any_cloud, caller):
    """The AccessKey of somebody who may do everything in the source account, of either kind."""
    if caller == "user":
        return any_cloud.operator("source")
    return any_cloud.session(any_cloud.role("source", "AdministratorAccess"))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_reads_a_role(any_cloud, outcomes, key, caller, method):
    role = any_cloud.role()
    body = ask(any_cloud, key, "ram:GetRole", method=method, RoleName=role)
    assert body["Role"]["Arn"] == any_cloud.role_arn(role)
    outcomes.reply(CLIENT, "ram:GetRole", caller)


def test_assumes_a_role(any_cloud, outcomes, key, caller):
    arn = any_cloud.role_arn(any_cloud.role())
    body = ask(any_cloud, key, "sts:AssumeRole", RoleArn=arn, RoleSessionName="tests")
    made = Key.of_session(body)
    identity = ask(any_cloud, made, "sts:GetCallerIdentity")
    assert identity["IdentityType"] == "AssumedRoleUser"
    outcomes.reply(CLIENT, "sts:AssumeRole", caller)


def test_lists_applications(any_cloud, outcomes, caller):
    key = any_cloud.operator("monitoring")
    if caller == "session":
        role = any_cloud.role("monitoring", "AliyunARMSReadOnlyAccess")
        key = any_cloud.session(role, "monitoring", "monitoring")
    body = ask(any_cloud, key, "arms:ListTraceApps", RegionId=REGION)
    assert "order-service" in [app["AppName"] for app in body["TraceApps"]]
    outcomes.reply(CLIENT, "arms:ListTraceApps", caller)


def test_lists_clusters(any_cloud, outcomes, key, caller):
    body = ask(any_cloud, key, "cs:DescribeClustersV1", name="work", page_size="10")
    assert [cluster["cluster_id"] for cluster in body["clusters"]] == ["cfakework"]
    outcomes.reply(CLIENT, "cs:DescribeClustersV1", caller)


def test_a_path_with_a_place_in_it(any_cloud, outcomes, key, caller):
    body = ask(any_cloud, key, "cs:DescribeClusterDetail", path={"id": "cfakework"})
    assert body["name"] == "work"
    outcomes.reply(CLIENT, "cs:DescribeClusterDetail", caller)


def test_refusals_arrive_with_their_codes(any_cloud, outcomes, key, caller):
    arn = any_cloud.role_arn("absent")
    cases = [
        ("ram:GetRole", {"RoleName": "absent"}, "EntityNotExist.Role", 404),
        ("ram:GetRole", {"RoleName": "_"}, "InvalidParameter.RoleName.InvalidChars", 400),
        ("sts:AssumeRole", {"RoleArn": arn, "RoleSessionName": "t-"}, "EntityNotExist.Role", 404),
    ]
    for name, parameters, code, status in cases:
        error = refusal(any_cloud, key, name, **parameters)
        assert (error.error_code, error.http_status) == (code, status)
        assert error.request_id
        outcomes.error(CLIENT, name, caller, code)


def test_a_right_that_was_not_given(any_cloud, outcomes, caller):
    if caller == "user":
        _, key = any_cloud.user_key("monitoring")
    else:
        key = any_cloud.session(any_cloud.role("monitoring"), "monitoring", "monitoring")
    error = refusal(any_cloud, key, "arms:ListTraceApps", RegionId=REGION)
    assert (error.error_code, error.http_status) == ("NoPermission", 403)
    outcomes.error(CLIENT, "arms:ListTraceApps", caller, "NoPermission")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_cloud_signs_the_same_text(any_cloud, key, method):
    # The core compares the cloud's string to sign with its own; only if they are equal it says that
    # the secret is wrong. Its common requests forget theirs, so this is a plain one.
    wrong = Key(key.id, "FakeWrongSecret0000000000001", key.token)
    request = RpcRequest("Ram", VERSIONS["ram"], "GetRole", protocol="http")
    request.set_method(method)
    request.set_endpoint(any_cloud.offline.address)
    request.add_query_param("RoleName", "a b+c*d~e%20f=g&h")
    with pytest.raises(ServerException) as caught:
        send(wrong, request)
    assert caught.value.error_code == "InvalidAccessKeySecret"


def test_a_resource_request_with_a_wrong_secret(any_cloud, key):
    # Container Service spells `code` small, which this core does not read: it hands on the whole body.
    wrong = Key(key.id, "FakeWrongSecret0000000000001", key.token)
    error = refusal(any_cloud, wrong, "cs:DescribeClustersV1")
    assert (error.error_code, error.http_status) == ("SDK.UnknownServerError", 400)
    assert '"code":"SignatureDoesNotMatch"' in error.message
    assert "FakeWrongSecret" not in str(error)
