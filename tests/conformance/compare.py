"""What `host run workflows/delegate.wasm --simulate` does, as a plain script with the official SDK.

The same calls in the same order: look at both accounts, make what is missing, prove that the role
answers, that it may read and not delete, and that somebody else is refused. `cargo xtask bench` times
both. The announcement of `host simulate --json` comes on stdin; its cloud must know at once, because
this script does not wait and try again.
"""

import json
import sys

from alibabacloud_arms20190808 import models as arms_models
from alibabacloud_arms20190808.client import Client as Arms
from alibabacloud_ram20150501 import models as ram_models
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_sts20150401 import models as sts_models
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.models import Config

REGION = "cn-hangzhou"
USER, OUTSIDER, ROLE, POLICY = "alice", "outsider", "arms-admin", "assume-arms-admin"
ARMS_ACCESS, STS_ACCESS = "AliyunARMSReadOnlyAccess", "AliyunSTSAssumeRoleAccess"


def client(product, address, id, secret, token=None):
    config = Config(
        access_key_id=id,
        access_key_secret=secret,
        security_token=token,
        endpoint=address,
        protocol="http",
        region_id=REGION,
    )
    return product(config)


def refused(code, call, request):
    """Makes sure that a call is refused with that code."""
    try:
        call(request)
    except AlibabaCloudException as error:
        if error.code == code:
            return
        raise
    raise SystemExit(f"not refused with {code}")


def document(**statement):
    return json.dumps({"Version": "1", "Statement": [{"Effect": "Allow", **statement}]})


def preflight(monitoring, source, keys):
    for sts in keys:
        sts.get_caller_identity()
    refused("EntityNotExist.User", source.get_user, ram_models.GetUserRequest(user_name=USER))
    refused("EntityNotExist.Role", monitoring.get_role, ram_models.GetRoleRequest(role_name=ROLE))
    policy = ram_models.GetPolicyRequest(policy_name=POLICY, policy_type="Custom")
    refused("EntityNotExist.Policy", source.get_policy, policy)


def make(monitoring, source, user_arn, role_arn):
    """Role in the monitoring account, user in the source account; gives the user's AccessKey."""
    source.create_user(ram_models.CreateUserRequest(user_name=USER))
    key = source.create_access_key(ram_models.CreateAccessKeyRequest(user_name=USER))
    trust = document(Action="sts:AssumeRole", Principal={"RAM": [user_arn]})
    monitoring.create_role(
        ram_models.CreateRoleRequest(role_name=ROLE, assume_role_policy_document=trust)
    )
    monitoring.attach_policy_to_role(
        ram_models.AttachPolicyToRoleRequest(
            role_name=ROLE, policy_name=ARMS_ACCESS, policy_type="System"
        )
    )
    permission = document(Action="sts:AssumeRole", Resource=role_arn)
    source.create_policy(
        ram_models.CreatePolicyRequest(policy_name=POLICY, policy_document=permission)
    )
    source.attach_policy_to_user(
        ram_models.AttachPolicyToUserRequest(
            user_name=USER, policy_name=POLICY, policy_type="Custom"
        )
    )
    return key.body.access_key


def prove(address, key, account, assume):
    """The user's session is the role's, reads applications and deletes none."""
    sts = client(Sts, address, key.access_key_id, key.access_key_secret)
    made = sts.assume_role(assume).body.credentials
    session = (address, made.access_key_id, made.access_key_secret, made.security_token)
    identity = client(Sts, *session).get_caller_identity().body
    assert identity.account_id == account and f"/{ROLE}/" in identity.arn
    arms = client(Arms, *session)
    assert arms.list_trace_apps(arms_models.ListTraceAppsRequest(region_id=REGION)).body.success
    deletion = arms_models.DeleteTraceAppRequest(
        app_id="0", pid="no-such-application", region_id=REGION, type="TRACE"
    )
    refused("NoPermission", arms.delete_trace_app, deletion)


def prove_outsider(address, source, key, assume):
    """Somebody who may assume roles is not trusted by this one."""
    request = ram_models.ListPoliciesForUserRequest(user_name=OUTSIDER)
    held = source.list_policies_for_user(request).body.policies.policy
    assert STS_ACCESS in [policy.policy_name for policy in held]
    source.get_policy(ram_models.GetPolicyRequest(policy_name=STS_ACCESS, policy_type="System"))
    sts = client(Sts, address, key["access_key_id"], key["access_key_secret"])
    refused("NoPermission", sts.assume_role, assume)


def main():
    announcement = json.load(sys.stdin)
    address = announcement["address"]
    keys = {(key["name"], key["user"]): key for key in announcement["keys"]}
    operators = [keys[account, "operator"] for account in ("monitoring", "source")]
    pairs = [(key["access_key_id"], key["access_key_secret"]) for key in operators]
    monitoring, source = (client(Ram, address, *pair) for pair in pairs)
    accounts = [key["account"] for key in operators]
    user_arn = f"acs:ram::{accounts[1]}:user/{USER}"
    role_arn = f"acs:ram::{accounts[0]}:role/{ROLE}"
    assume = sts_models.AssumeRoleRequest(role_arn=role_arn, role_session_name="compare")

    preflight(monitoring, source, [client(Sts, address, *pair) for pair in pairs])
    key = make(monitoring, source, user_arn, role_arn)
    prove(address, key, accounts[0], assume)
    prove_outsider(address, source, keys["source", OUTSIDER], assume)
    monitoring.get_account_alias()


if __name__ == "__main__":
    main()
