"""Documented refusals arrive as the SDK's exception, with code, status, words and request id."""

import pytest
from conftest import permission, trust
from official import Key

ABSENT = "there-is-no-such-thing"

# Stands for a name that nobody else has.
NAME = object()


def system(**parameters):
    return {"PolicyName": "AliyunARMSReadOnlyAccess", "PolicyType": "System", **parameters}


def again(action, **parameters):
    """The second of two equal calls is refused."""

    def refusal(cloud, product):
        api = cloud.api(product)
        name = cloud.name("twice")
        filled = {key: name if value is NAME else value for key, value in parameters.items()}
        api.call(action, **filled)
        return api.refusal(action, **filled)

    return refusal


DOCUMENT = permission("arms:Get*")
TRUST = trust("acs:ram::6543210987654321:root")

# Product, action, parameters, code, status: objects that are not there, values that are not right.
PLAIN = [
    ("ram", "GetRole", {"RoleName": ABSENT}, "EntityNotExist.Role", 404),
    ("ram", "DeleteRole", {"RoleName": ABSENT}, "EntityNotExist.Role", 404),
    ("ram", "GetUser", {"UserName": ABSENT}, "EntityNotExist.User", 404),
    ("ram", "CreateAccessKey", {"UserName": ABSENT}, "EntityNotExist.User", 404),
    ("ram", "GetLoginProfile", {"UserName": ABSENT}, "EntityNotExist.User", 404),
    (
        "ram",
        "GetPolicy",
        {"PolicyName": ABSENT, "PolicyType": "Custom"},
        "EntityNotExist.Policy",
        404,
    ),
    ("ram", "AttachPolicyToRole", system(RoleName=ABSENT), "EntityNotExist.Role", 404),
    (
        "ram",
        "GetRole",
        {"RoleName": "under_score"},
        "InvalidParameter.RoleName.InvalidChars",
        400,
    ),
    ("ram", "GetUser", {"UserName": "u" * 65}, "InvalidParameter.UserName.Length", 400),
    (
        "ram",
        "CreateRole",
        {"RoleName": "malformed", "AssumeRolePolicyDocument": "{}"},
        "MalformedPolicyDocument",
        400,
    ),
    (
        "ram",
        "CreatePolicy",
        {"PolicyName": "malformed", "PolicyDocument": "no JSON"},
        "MalformedPolicyDocument",
        400,
    ),
    (
        "ims",
        "GetUser",
        {"UserPrincipalName": f"{ABSENT}@6543210987654321.onaliyun.com"},
        "EntityNotExist.User",
        404,
    ),
    (
        "sts",
        "AssumeRole",
        {"RoleArn": f"acs:ram::6543210987654321:role/{ABSENT}", "RoleSessionName": "tests"},
        "EntityNotExist.Role",
        404,
    ),
    (
        "sts",
        "AssumeRole",
        {
            "RoleArn": "acs:ram::6543210987654321:role/r",
            "RoleSessionName": "tests",
            "DurationSeconds": 60,
        },
        "InvalidParameter.DurationSeconds",
        400,
    ),
    (
        "resourcemanager",
        "GetResourceGroup",
        {"ResourceGroupId": "rg-absent"},
        "EntityNotExists.ResourceGroup",
        404,
    ),
]

# Product, what is done, code, status: objects that are there already.
TWICE = [
    (
        "ram",
        again("CreateRole", RoleName=NAME, AssumeRolePolicyDocument=TRUST),
        "EntityAlreadyExists.Role",
        409,
    ),
    ("ram", again("CreateUser", UserName=NAME), "EntityAlreadyExists.User", 409),
    (
        "ram",
        again("CreatePolicy", PolicyName=NAME, PolicyDocument=DOCUMENT),
        "EntityAlreadyExists.Policy",
        409,
    ),
]


def check(error, code, status):
    assert (error.code, error.status_code) == (code, status)
    assert error.request_id, "support asks for it"
    assert error.message


@pytest.mark.parametrize(("product", "action", "parameters", "code", "status"), PLAIN)
def test_what_is_not_there_or_not_right(cloud, product, action, parameters, code, status):
    check(cloud.api(product).refusal(action, **parameters), code, status)


@pytest.mark.parametrize(("product", "refusal", "code", "status"), TWICE)
def test_what_is_there_already(cloud, product, refusal, code, status):
    check(refusal(cloud, product), code, status)


def test_a_second_attachment(cloud):
    ram = cloud.api("ram")
    role = cloud.role("source", "AliyunARMSReadOnlyAccess")
    error = ram.refusal("AttachPolicyToRole", **system(RoleName=role))
    check(error, "EntityAlreadyExists.Role.Policy", 409)
    user = cloud.user("source", "AliyunARMSReadOnlyAccess")
    error = ram.refusal("AttachPolicyToUser", **system(UserName=user))
    check(error, "EntityAlreadyExists.User.Policy", 409)


def test_a_missing_attachment(cloud):
    error = cloud.api("ram").refusal("DetachPolicyFromRole", **system(RoleName=cloud.role()))
    check(error, "EntityNotExist.Role.Policy", 404)


def test_what_is_in_use_stays(cloud):
    ram = cloud.api("ram")
    role = cloud.role("source", "AliyunARMSReadOnlyAccess")
    check(ram.refusal("DeleteRole", RoleName=role), "DeleteConflict.Role.Policy", 409)
    user, _ = cloud.user_key()
    check(ram.refusal("DeleteUser", UserName=user), "DeleteConflict.User.AccessKey", 409)
    user = cloud.user("source", "AliyunARMSReadOnlyAccess")
    check(ram.refusal("DeleteUser", UserName=user), "DeleteConflict.User.Policy", 409)


def test_a_user_has_at_most_two_keys(cloud):
    user, ram = cloud.user(), cloud.api("ram")
    for _ in range(2):
        ram.call("CreateAccessKey", UserName=user)
    error = ram.refusal("CreateAccessKey", UserName=user)
    check(error, "LimitExceeded.User.AccessKey", 409)


def test_a_role_has_at_most_five_custom_policies(cloud):
    role, ram = cloud.role(), cloud.api("ram")
    attach = {"RoleName": role, "PolicyType": "Custom"}
    for _ in range(5):
        ram.call("AttachPolicyToRole", PolicyName=cloud.policy(), **attach)
    error = ram.refusal("AttachPolicyToRole", PolicyName=cloud.policy(), **attach)
    check(error, "LimitExceeded.Role.Policy", 409)


def test_a_weak_password(cloud):
    user = cloud.user()
    error = cloud.api("ram").refusal("CreateLoginProfile", UserName=user, Password="fakeweak")
    check(error, "InvalidParameter.Password.TooWeak", 400)
    assert "fakeweak" not in str(error), "a refusal repeats no password"


@pytest.mark.parametrize("kind", ["user", "session"])
def test_a_right_that_was_not_given(cloud, kind):
    if kind == "user":
        _, key = cloud.user_key("source", "AliyunARMSReadOnlyAccess")
    else:
        key = cloud.session(cloud.role("source", "AliyunARMSReadOnlyAccess"))
    error = cloud.api("ram", key).refusal("CreateUser", UserName="nobody")
    check(error, "NoPermission", 403)
    detail = error.access_denied_detail
    assert detail["AuthAction"] == "ram:CreateUser"
    assert detail["AuthPrincipalOwnerId"] == cloud.id("source")
    assert detail["NoPermissionType"] == "ImplicitDeny"
    assert detail["AuthPrincipalType"] == {"user": "SubUser", "session": "AssumedRoleUser"}[kind]


def test_an_explicit_denial_wins(cloud):
    user, key = cloud.user_key("source", "AdministratorAccess")
    denial = cloud.policy(permission("ram:ListUsers", effect="Deny"))
    ram = cloud.api("ram")
    ram.call("AttachPolicyToUser", UserName=user, PolicyName=denial, PolicyType="Custom")
    error = cloud.api("ram", key).refusal("ListUsers")
    check(error, "NoPermission", 403)
    assert error.access_denied_detail["NoPermissionType"] == "ExplicitDeny"


def test_a_session_policy_only_narrows(cloud):
    arn = cloud.role_arn(cloud.role("source", "AliyunRAMReadOnlyAccess"))
    sts = cloud.api("sts")
    narrow = permission("ram:GetUser", "ram:CreateUser")
    body = sts.call("AssumeRole", RoleArn=arn, RoleSessionName="tests", Policy=narrow)
    ram = cloud.api("ram", Key.of_session(body))
    user = cloud.user()
    assert ram.call("GetUser", UserName=user)["User"]["UserName"] == user
    check(ram.refusal("ListUsers"), "NoPermission", 403)
    check(ram.refusal("CreateUser", UserName="nobody"), "NoPermission", 403)
