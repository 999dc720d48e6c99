"""What `host run workflows/ack.wasm --simulate` does, as a plain script with the official SDK.

The same calls in the same order: look at both accounts and every cluster, make the reporting user and its
AccessKey, install the add-on everywhere and follow it, list applications. `cargo xtask bench` times both.
The announcement of `host simulate --json` comes on stdin; its cloud must know at once, and its tasks must
end at once, because this script does not wait and try again.
"""

import json
import sys

from alibabacloud_arms20190808 import models as arms_models
from alibabacloud_arms20190808.client import Client as Arms
from alibabacloud_cs20151215 import models as cs_models
from alibabacloud_cs20151215.client import Client as Cs
from alibabacloud_ram20150501 import models as ram_models
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_sts20150401.client import Client as Sts

from compare import REGION, client, refused

USER, ADDON = "ack-reporter", "ack-onepilot"
POLICIES = ("AliyunARMSFullAccess", "AliyunSTSAssumeRoleAccess")


def preflight(arms, ram, cs, keys):
    """Gives every cluster with the version that it can have."""
    for sts in keys:
        sts.get_caller_identity()
    status = arms_models.GetCommercialStatusRequest(
        commodity_code="arms_app_post", region_id=REGION
    )
    arms.get_commercial_status(status)
    for _ in range(2):
        refused("EntityNotExist.User", ram.get_user, ram_models.GetUserRequest(user_name=USER))
    keys[0].get_caller_identity()
    clusters = cs.describe_clusters_v1(cs_models.DescribeClustersV1Request()).body.clusters
    ids = [cluster.cluster_id for cluster in clusters]
    for id in ids:
        cs.describe_cluster_tasks(id, cs_models.DescribeClusterTasksRequest())
        assert not cs.list_cluster_addon_instances(id).body.addons
    asked = ((id, cs_models.DescribeAddonRequest(cluster_id=id)) for id in ids)
    return [(id, cs.describe_addon(ADDON, request).body.version) for id, request in asked]


def reporter(ram):
    """The user, its permissions, its key."""
    ram.create_user(ram_models.CreateUserRequest(user_name=USER))
    for name in POLICIES:
        ram.get_policy(ram_models.GetPolicyRequest(policy_name=name, policy_type="System"))
        request = ram_models.AttachPolicyToUserRequest(
            user_name=USER, policy_name=name, policy_type="System"
        )
        ram.attach_policy_to_user(request)
    held = ram.list_access_keys(ram_models.ListAccessKeysRequest(user_name=USER)).body
    assert not held.access_keys.access_key
    made = ram.create_access_key(ram_models.CreateAccessKeyRequest(user_name=USER))
    return made.body.access_key


def install(cs, cluster, version, settings):
    addon = cs_models.InstallClusterAddonsRequestBody(
        name=ADDON, version=version, config=json.dumps(settings)
    )
    request = cs_models.InstallClusterAddonsRequest(body=[addon])
    task = cs.install_cluster_addons(cluster, request).body.task_id
    assert cs.describe_task_info(task).body.state == "success"
    assert cs.get_cluster_addon_instance(cluster, ADDON).body.version == version


def main():
    announcement = json.load(sys.stdin)
    address = announcement["address"]
    keys = {(key["name"], key["user"]): key for key in announcement["keys"]}
    operators = [keys[account, "operator"] for account in ("monitoring", "source")]
    pairs = [(key["access_key_id"], key["access_key_secret"]) for key in operators]
    ram, arms = client(Ram, address, *pairs[0]), client(Arms, address, *pairs[0])
    cs = client(Cs, address, *pairs[1])

    clusters = preflight(arms, ram, cs, [client(Sts, address, *pair) for pair in pairs])
    listed = arms_models.ListTraceAppsRequest(region_id=REGION)
    assert not arms.list_trace_apps(listed).body.trace_apps
    key = reporter(ram)
    client(Sts, address, key.access_key_id, key.access_key_secret).get_caller_identity()
    settings = {
        "accessKey": key.access_key_id,
        "accessKeySecret": key.access_key_secret,
        "uid": operators[0]["account"],
    }
    for cluster, version in clusters:
        install(cs, cluster, version, settings)
    assert len(arms.list_trace_apps(listed).body.trace_apps) == len(clusters)


if __name__ == "__main__":
    main()
