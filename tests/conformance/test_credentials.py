"""`alibabacloud_credentials`: its role provider calls AssumeRole itself, with RPC V1 and always over TLS."""

import pytest
from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_credentials.exceptions import CredentialException
from alibabacloud_credentials.models import Config
from alibabacloud_credentials.provider import RamRoleArnCredentialsProvider
from alibabacloud_sts20150401.client import Client as StsClient
from alibabacloud_tea_openapi.models import Config as ClientConfig
from conftest import Cloud
from offline_cloud import SCENARIO, OfflineCloud
from official import REGION
from shapes import CALLERS
from Tea.core import TeaCore

CLIENT = "credentials"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """An offline cloud over TLS, and the file with its certificate."""
    folder = tmp_path_factory.mktemp("tls")
    certificate = folder / "certificate.pem"
    offline = OfflineCloud(folder, "--scenario", SCENARIO, "--tls", certificate)
    yield offline, certificate
    assert offline.stop() == 0


@pytest.fixture
def cloud(served, monkeypatch):
    offline, certificate = served
    # The library asks OpenSSL for trusted certificates, others of its time the library `requests`.
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    for name in ["HTTPS_PROXY", "https_proxy"]:
        monkeypatch.delenv(name, raising=False)
    return Cloud(offline, "v3")


def provider(cloud, key, role, **more):
    return RamRoleArnCredentialsProvider(
        access_key_id=key.id,
        access_key_secret=key.secret,
        security_token=key.token,
        role_arn=cloud.role_arn(role),
        role_session_name="tests",
        duration_seconds=900,
        sts_endpoint=cloud.offline.address,
        **more,
    )


@pytest.mark.parametrize("caller", CALLERS)
def test_its_role_provider_makes_a_session(cloud, outcomes, caller):
    role = cloud.role()
    key = cloud.operator("source")
    if caller == "session":
        key = cloud.session(cloud.role("source", "AliyunSTSAssumeRoleAccess"))
    made = provider(cloud, key, role).get_credentials()
    assert made.get_access_key_id().startswith("STS.")
    config = ClientConfig(
        access_key_id=made.get_access_key_id(),
        access_key_secret=made.get_access_key_secret(),
        security_token=made.get_security_token(),
        endpoint=cloud.offline.address,
        region_id=REGION,
    )
    # Without a protocol the SDK takes HTTPS, too.
    body = StsClient(config).get_caller_identity().body
    assert body.arn.endswith(f":assumed-role/{role}/tests")
    outcomes.reply(CLIENT, "sts:AssumeRole", caller)


def test_a_client_works_through_the_provider(cloud):
    role = cloud.role()
    credential = Credentials(provider=provider(cloud, cloud.operator("source"), role))
    config = ClientConfig(credential=credential, endpoint=cloud.offline.address, region_id=REGION)
    body = StsClient(config).get_caller_identity().body
    assert body.identity_type == "AssumedRoleUser"


def test_its_configuration_names_the_same_provider(cloud):
    key = cloud.operator("source")
    config = Config(
        type="ram_role_arn",
        access_key_id=key.id,
        access_key_secret=key.secret,
        role_arn=cloud.role_arn(cloud.role()),
        role_session_name="tests",
        sts_endpoint=cloud.offline.address,
    )
    assert Credentials(config).get_credential().access_key_id.startswith("STS.")


@pytest.mark.parametrize("caller", CALLERS)
def test_a_refusal_arrives_with_its_code(cloud, outcomes, caller):
    key = cloud.operator("source")
    if caller == "session":
        key = cloud.session(cloud.role("source", "AdministratorAccess"))
    with pytest.raises(CredentialException, match="EntityNotExist.Role") as caught:
        provider(cloud, key, "absent").get_credentials()
    assert "http_code: 404" in str(caught.value)
    assert key.secret not in str(caught.value)
    outcomes.error(CLIENT, "sts:AssumeRole", caller, "EntityNotExist.Role")


def test_without_the_certificate_nothing_is_said(cloud, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    # The library keeps connections with what they trust.
    monkeypatch.setattr(TeaCore, "_sessions", {})
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        provider(cloud, cloud.operator("source"), cloud.role()).get_credentials()
