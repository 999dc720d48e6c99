"""The guide's example: a RAM user of account B works in account A's ARMS through a role."""

import base64

from alibabacloud_arms20190808.client import Client as ArmsClient
from alibabacloud_arms20190808.models import ListTraceAppsRequest
from alibabacloud_sts20150401.client import Client as StsClient
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.models import Config
from official import SIGNATURES

SESSION = "arms-cross-account-session"


def given(cloud):
    """What an administrator clicks together before: role in A, user in B."""
    alice, key = cloud.user_key("source", "AliyunSTSAssumeRoleAccess")
    principal = f"acs:ram::{cloud.id('source')}:user/{alice}"
    role = cloud.role("monitoring", "AliyunARMSReadOnlyAccess", principal=principal)
    return key, cloud.role_arn(role, "monitoring")


def test_the_guides_example_works_as_it_is_printed(cloud):
    user_key, role_arn = given(cloud)
    local = {
        "endpoint": cloud.offline.address,
        "protocol": "http",
        "region_id": "cn-hangzhou",
        "signature_algorithm": SIGNATURES[cloud.signature],
    }
    config = Config(access_key_id=user_key.id, access_key_secret=user_key.secret, **local)
    request = AssumeRoleRequest(role_arn=role_arn, role_session_name=SESSION)
    response = StsClient(config).assume_role(request)

    made = response.body.credentials
    config = Config(
        access_key_id=made.access_key_id,
        access_key_secret=made.access_key_secret,
        security_token=made.security_token,
        **local,
    )
    arms = ArmsClient(config)
    response = arms.list_trace_apps(ListTraceAppsRequest(region_id="cn-hangzhou"))
    assert response.body.success is True
    names = [app.app_name for app in response.body.trace_apps]
    assert "order-service" in names and "billing-service" in names


def test_read_only_access_does_not_delete(cloud):
    user_key, role_arn = given(cloud)
    role = role_arn.rsplit("/", 1)[1]
    session = cloud.session(role, "monitoring", user_key)
    error = cloud.api("arms", session).refusal(
        "DeleteTraceApp", AppId="1000002", Pid="p", RegionId="cn-hangzhou", Type="TRACE"
    )
    assert (error.code, error.status_code) == ("NoPermission", 403)


def test_somebody_else_of_account_b_is_not_trusted(cloud):
    _, role_arn = given(cloud)
    _, other = cloud.user_key("source", "AliyunSTSAssumeRoleAccess")
    error = cloud.api("sts", other).refusal("AssumeRole", RoleArn=role_arn, RoleSessionName=SESSION)
    assert error.code == "NoPermission"


def test_the_trusted_user_needs_the_right_to_assume_roles(cloud):
    bob, key = cloud.user_key("source")
    principal = f"acs:ram::{cloud.id('source')}:user/{bob}"
    role = cloud.role("monitoring", principal=principal)
    sts = cloud.api("sts", key)
    arn = cloud.role_arn(role, "monitoring")
    error = sts.refusal("AssumeRole", RoleArn=arn, RoleSessionName=SESSION)
    assert error.code == "NoPermission"
    detail = error.access_denied_detail
    assert detail["AuthAction"] == "sts:AssumeRole"
    assert base64.b64decode(detail["EncodedDiagnosticMessage"], validate=True)


def test_a_sessions_identity_is_the_role(cloud):
    user_key, role_arn = given(cloud)
    role = role_arn.rsplit("/", 1)[1]
    session = cloud.session(role, "monitoring", user_key)
    body = cloud.api("sts", session).call("GetCallerIdentity")
    assert body["IdentityType"] == "AssumedRoleUser"
    assert body["AccountId"] == cloud.id("monitoring")
    assert body["Arn"].endswith(f":assumed-role/{role}/tests")
