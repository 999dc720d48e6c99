"""Keys and signatures: who is let in, and with which words the others are refused."""

import pytest
from official import Api, Key


def wrong(key, **changes):
    return Key(**{**vars(key), **changes})


def refusal(cloud, key):
    return cloud.api("sts", key).refusal("GetCallerIdentity")


def test_a_permanent_key_is_its_user(cloud):
    name, key = cloud.user_key()
    body = cloud.api("sts", key).call("GetCallerIdentity")
    assert body["IdentityType"] == "RAMUser"
    assert body["AccountId"] == cloud.id("source")
    assert body["Arn"] == f"acs:ram::{cloud.id('source')}:user/{name}"


def test_a_wrong_secret_is_found(cloud):
    error = refusal(cloud, wrong(cloud.operator("source"), secret="FakeWrongSecret0000000000001"))
    assert (error.code, error.status_code) == ("SignatureDoesNotMatch", 400)
    assert "FakeWrongSecret" not in str(error)


def test_a_wrong_secret_of_a_session_is_found(cloud):
    session = cloud.session(cloud.role())
    assert refusal(cloud, wrong(session, secret="FakeWrong")).code == "SignatureDoesNotMatch"


def test_an_unknown_key_is_found_before_its_signature(cloud):
    error = refusal(cloud, Key("LTAI5tFakeNobody000000000001", "FakeSecret"))
    assert (error.code, error.status_code) == ("InvalidAccessKeyId.NotFound", 404)


def test_a_key_that_is_switched_off(cloud):
    name, key = cloud.user_key()
    ram = cloud.api("ram")
    ram.call("UpdateAccessKey", UserName=name, UserAccessKeyId=key.id, Status="Inactive")
    assert refusal(cloud, key).code == "InvalidAccessKeyId.Inactive"
    ram.call("UpdateAccessKey", UserName=name, UserAccessKeyId=key.id, Status="Active")
    assert cloud.api("sts", key).call("GetCallerIdentity")["AccountId"] == cloud.id("source")


def test_a_deleted_key_is_unknown(cloud):
    name, key = cloud.user_key()
    cloud.api("ram").call("DeleteAccessKey", UserName=name, UserAccessKeyId=key.id)
    assert refusal(cloud, key).code == "InvalidAccessKeyId.NotFound"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda session, _: wrong(session, token="nonsense"), "InvalidSecurityToken.Malformed"),
        (
            lambda session, other: wrong(session, token=other.token),
            "InvalidSecurityToken.MismatchWithAccessKey",
        ),
        (lambda session, _: wrong(session, token=None), "MissingSecurityToken"),
    ],
    ids=["malformed", "of-another-session", "missing"],
)
def test_a_token_belongs_to_its_key(cloud, change, code):
    role = cloud.role()
    session, other = cloud.session(role), cloud.session(role)
    assert refusal(cloud, change(session, other)).code == code


def test_a_token_beside_a_permanent_key(cloud):
    session = cloud.session(cloud.role())
    error = refusal(cloud, wrong(cloud.operator("source"), token=session.token))
    assert error.code == "InvalidSecurityToken.MismatchWithAccessKey"


def test_text_that_signatures_trip_over_arrives_as_it_was_sent(cloud):
    text = "a b+c*d~e%20f=g&h/ü¥漢字🦀'\"\\"
    ram, name = cloud.api("ram"), cloud.name("user")
    ram.call("CreateUser", UserName=name, Comments=text, DisplayName="x")
    assert ram.call("GetUser", UserName=name)["User"]["Comments"] == text


def test_both_signatures_see_one_cloud(offline, any_cloud):
    name = any_cloud.user()
    key = any_cloud.operator("source")
    for signature in ["v3", "v1"]:
        ram = Api("ram", offline.address, key, signature)
        assert ram.call("GetUser", UserName=name)["User"]["UserName"] == name
