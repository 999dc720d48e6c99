"""The guides' steps, done by hand with the official SDK: what an operator without `host` would write.

A source account's cluster, or its instance, reports to the monitoring account, and its application
appears there.
"""

import base64
import json
import time

import pytest
from alibabacloud_arms20190808 import models as arms_models
from alibabacloud_arms20190808.client import Client as Arms
from alibabacloud_cs20151215 import models as cs_models
from alibabacloud_cs20151215.client import Client as Cs
from alibabacloud_ecs20140526 import models as ecs_models
from alibabacloud_ecs20140526.client import Client as Ecs
from alibabacloud_ram20150501 import models as ram_models
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_tea_openapi.models import Config
from conftest import Cloud
from offline_cloud import ROOT, SCENARIO, OfflineCloud
from official import REGION, SIGNATURES

# The scenario ends tasks and commands at once; this is for a machine that is busy.
PATIENCE = 30

POLICIES = ["AliyunARMSFullAccess", "AliyunSTSAssumeRoleAccess"]

SCRIPTS = ROOT / "plugins" / "ecs" / "scripts"


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A cloud of their own: what appears there is nobody else's business."""
    offline = OfflineCloud(tmp_path_factory.mktemp("hand"), "--scenario", SCENARIO)
    yield offline
    assert offline.stop() == 0


@pytest.fixture(params=SIGNATURES)
def cloud(own, request):
    return Cloud(own, request.param)


def client(product, cloud, account):
    key = cloud.operator(account)
    return product(
        Config(
            access_key_id=key.id,
            access_key_secret=key.secret,
            endpoint=cloud.offline.address,
            protocol="http",
            region_id=REGION,
            signature_algorithm=SIGNATURES[cloud.signature],
        )
    )


def until(look):
    """What `look` sees, as soon as it sees anything."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if seen := look():
            return seen
        time.sleep(0.2)
    raise AssertionError("nothing to be seen")


def applications(cloud, account):
    arms = client(Arms, cloud, account)
    request = arms_models.ListTraceAppsRequest(region_id=REGION)
    return {app.app_name: app for app in arms.list_trace_apps(request).body.trace_apps}


def reporting_key(cloud):
    """A user of the monitoring account whose AccessKey the add-on reports with."""
    ram, user = client(Ram, cloud, "monitoring"), cloud.name("reporter")
    ram.create_user(ram_models.CreateUserRequest(user_name=user))
    for policy in POLICIES:
        ram.attach_policy_to_user(
            ram_models.AttachPolicyToUserRequest(
                user_name=user, policy_name=policy, policy_type="System"
            )
        )
    request = ram_models.CreateAccessKeyRequest(user_name=user)
    return ram.create_access_key(request).body.access_key


def install(cloud, cluster, config):
    """Installs the add-on, and waits for the end of its task."""
    cs = client(Cs, cloud, "source")
    addon = cs_models.InstallClusterAddonsRequestBody(
        name="ack-onepilot", version="5.1.1", config=json.dumps(config)
    )
    request = cs_models.InstallClusterAddonsRequest(body=[addon])
    task = cs.install_cluster_addons(cluster, request).body.task_id

    def ended():
        body = cs.describe_task_info(task).body
        return body if body.state != "running" else None

    assert until(ended).state == "success"
    return cs.get_cluster_addon_instance(cluster, "ack-onepilot").body


def test_a_cluster_reports_to_the_monitoring_account(cloud):
    cluster, app = f"cfakehand-{cloud.signature}", f"cart-{cloud.signature}"
    assert app not in applications(cloud, "monitoring")
    key = reporting_key(cloud)
    config = {
        "accessKey": key.access_key_id,
        "accessKeySecret": key.access_key_secret,
        "uid": cloud.id("monitoring"),
    }

    # Whose `uid` is another account's reports nowhere, and says so.
    wrong = install(cloud, cluster, {**config, "uid": cloud.id("source")})
    assert wrong.state == "unhealthy"
    assert app not in applications(cloud, "monitoring")
    cs = client(Cs, cloud, "source")
    cs.modify_cluster_addon(
        cluster,
        "ack-onepilot",
        cs_models.ModifyClusterAddonRequest(config=json.dumps(config)),
    )
    # The reply is empty: the task is the newest in the cluster's list.
    tasks = cs.describe_cluster_tasks(cluster, cs_models.DescribeClusterTasksRequest()).body.tasks
    assert tasks[0].task_type == "cluster_addon_modify"

    def active():
        body = cs.get_cluster_addon_instance(cluster, "ack-onepilot").body
        return body if body.state == "active" else None

    addon = until(active)
    shown = json.loads(addon.config)
    assert shown["uid"] == cloud.id("monitoring")
    assert key.access_key_secret not in addon.config, "from this version on it is masked"

    found = until(lambda: applications(cloud, "monitoring").get(app))
    assert (found.cluster_id, found.source) == (cluster, "ACK")
    assert (found.namespace, found.workload_name) == ("shop", "cart")
    assert app not in applications(cloud, "source")


def run(cloud, instance, script, parameters):
    """Runs a script on an instance; gives what it wrote."""
    ecs = client(Ecs, cloud, "source")
    content = base64.b64encode((SCRIPTS / script).read_bytes()).decode()
    request = ecs_models.RunCommandRequest(
        region_id=REGION,
        type="RunShellScript",
        command_content=content,
        content_encoding="Base64",
        instance_id=[instance],
        enable_parameter=True,
        parameters=parameters,
        timeout=600,
        client_token=cloud.name("token"),
    )
    started = ecs.run_command(request).body.invoke_id
    # The same token is the same command.
    assert ecs.run_command(request).body.invoke_id == started

    def ended():
        request = ecs_models.DescribeInvocationResultsRequest(
            region_id=REGION, invoke_id=started, instance_id=instance
        )
        found = ecs.describe_invocation_results(request).body.invocation.invocation_results
        result = found.invocation_result[0]
        return result if result.invoke_record_status != "Running" else None

    result = until(ended)
    output = base64.b64decode(result.output).decode()
    assert (result.invocation_status, result.exit_code) == ("Success", 0), output
    return output.splitlines()


def test_an_instance_reports_to_the_monitoring_account(cloud):
    instance, app = f"i-fakehand-{cloud.signature}", f"invoice-{cloud.signature}"
    arms = client(Arms, cloud, "monitoring")
    key = arms.describe_trace_license_key(
        arms_models.DescribeTraceLicenseKeyRequest(region_id=REGION)
    ).body.license_key

    ecs = client(Ecs, cloud, "source")
    assistant = ecs.describe_cloud_assistant_status(
        ecs_models.DescribeCloudAssistantStatusRequest(region_id=REGION, instance_id=[instance])
    ).body.instance_cloud_assistant_status_set.instance_cloud_assistant_status[0]
    assert assistant.cloud_assistant_status == "true"

    agent = {"agent": "java", "region": REGION, "version": "4.2.1", "dir": "/opt/arms"}
    lines = run(cloud, instance, "fetch.sh", {**agent, "network": "internal-first"})
    digest = next(line.removeprefix("sha256=") for line in lines if line.startswith("sha256="))
    setup = {
        **agent,
        "license_key": key,
        "account": cloud.id("monitoring"),
        "sha256": digest,
        "service": "invoice",
        "app_name": app,
        "restart": "yes",
    }
    lines = run(cloud, instance, "install.sh", setup)
    assert lines == ["agent-installed", "service-configured", "service-restarted"]
    assert not any(key in line for line in lines)

    found = until(lambda: applications(cloud, "monitoring").get(app))
    assert (found.source, found.language) == ("ECS", "JAVA")
    assert app not in applications(cloud, "source")
    # A second time changes nothing.
    assert run(cloud, instance, "install.sh", setup) == ["agent-present", "service-unchanged"]
