"""What the offline cloud answers, action by action, and what of the samples it has no value for.

`given` names what has to be there before; the rest are the call's parameters, with `{role}` and the
like filled in. `absent` names the fields of the sample that this very call has no value for: a user
without a mobile phone has none in the reply.
"""

from conftest import permission, trust
from official import Key

DOCUMENT = permission("arms:Get*")
TRUST = trust("acs:ram::6543210987654321:root")
PASSWORD = "Fake-Passw0rd-{user}"
SYSTEM = {"PolicyName": "AliyunARMSReadOnlyAccess", "PolicyType": "System"}
CUSTOM = {"PolicyName": "{policy}", "PolicyType": "Custom"}
TAG = [{"Key": "owner", "Value": "o11y"}]
PERSON = {
    "DisplayName": "Reporter",
    "Comments": "made by a test",
    "Email": "reporter@example.com",
    "MobilePhone": "86-18600000000",
}
REGION = {"RegionId": "cn-hangzhou"}
IN_GROUP = {
    "ResourceGroupId": "rg-fakeapps000001",
    "PrincipalType": "ServiceRole",
    "PrincipalName": "{role_principal}",
    **SYSTEM,
}


class Shape:
    """One action's call."""

    def __init__(
        self, action, given=(), absent=(), absent_for_sessions=(), account="source", **parameters
    ):
        self.product, self.action = action.split(":")
        self.given = given
        self.absent = {
            "user": set(absent),
            "session": {*absent, *absent_for_sessions},
        }
        self.account = account
        self.parameters = parameters

    def __repr__(self):
        return f"{self.product}:{self.action}"


def make_user(cloud, made):
    made["user"] = cloud.name("user")
    cloud.api("ram").call("CreateUser", UserName=made["user"], **PERSON)


def make_tagged_user(cloud, made):
    made["user"] = cloud.name("user")
    principal = fill({"name": "{user_principal}"}, cloud, made)["name"]
    cloud.api("ims").call("CreateUser", UserPrincipalName=principal, Tag=TAG, **PERSON)


def make_key(cloud, made):
    body = cloud.api("ram").call("CreateAccessKey", UserName=made["user"])
    made["key"] = body["AccessKey"]["AccessKeyId"]


def make_used_key(cloud, made):
    body = cloud.api("ram").call("CreateAccessKey", UserName=made["user"])
    made["key"] = body["AccessKey"]["AccessKeyId"]
    cloud.api("sts", Key.of_user(body)).call("GetCallerIdentity")


def make_login(cloud, made):
    password = PASSWORD.format(**made)
    cloud.api("ram").call("CreateLoginProfile", UserName=made["user"], Password=password)


def make_role(cloud, made):
    made["role"] = cloud.name("role")
    cloud.api("ram").call(
        "CreateRole",
        RoleName=made["role"],
        AssumeRolePolicyDocument=TRUST,
        Description="example",
        Tag=TAG,
    )


def make_policy(cloud, made):
    made["policy"] = cloud.name("policy")
    cloud.api("ram").call(
        "CreatePolicy",
        PolicyName=made["policy"],
        PolicyDocument=DOCUMENT,
        Description="example",
        Tag=TAG,
    )


def make_version(cloud, made):
    cloud.api("ram").call("CreatePolicyVersion", PolicyName=made["policy"], PolicyDocument=DOCUMENT)


def attach_to_role(cloud, made):
    cloud.api("ram").call("AttachPolicyToRole", RoleName=made["role"], **SYSTEM)


def attach_to_user(cloud, made):
    cloud.api("ram").call("AttachPolicyToUser", UserName=made["user"], **SYSTEM)


def attach_in_group(cloud, made):
    attach = fill(IN_GROUP, cloud, made)
    cloud.api("resourcemanager").call("AttachPolicy", **attach)


def be_refused(cloud, made):
    _, key = cloud.user_key("source")
    error = cloud.api("ram", key).refusal("ListUsers")
    made["message"] = error.access_denied_detail["EncodedDiagnosticMessage"]


def fill(parameters, cloud, made):
    """The parameters with the names of what was made."""
    account = cloud.id("source")
    role, user = made.get("role"), made.get("user")
    names = {
        "device": f"device-{cloud.signature}-{made['caller']}",
        "domain": f"{account}.onaliyun.com",
        "fresh": cloud.name("fresh"),
        "role_arn": cloud.role_arn(role),
        "role_principal": f"{role}@role.{account}.onaliyunservice.com",
        "signature": cloud.signature,
        "user_principal": f"{user}@{account}.onaliyun.com",
        **made,
    }

    def one(value):
        if isinstance(value, list):
            return [one(item) for item in value]
        is_template = isinstance(value, str) and not value.startswith(('{"', "["))
        return value.format(**names) if is_template else value

    return {name: one(value) for name, value in parameters.items()}


NEVER_SIGNED_IN = ["/User/LastLoginDate"]

# The scenario's applications say nothing of these.
WORKLOADS = [f"/TraceApps/*/{name}" for name in ["Labels/*", "WorkloadKind", "WorkloadName"]]

# No policy names the reason of a right that nobody gave.
NOTHING_MATCHED = [
    *(
        f"/DecodedDiagnosticMessage/AuthConditions/*/{name}"
        for name in ["ConditionKey", "ConditionValues/*"]
    ),
    *(
        f"/DecodedDiagnosticMessage/MatchedPolicies/*/{name}"
        for name in [
            "AttachedEntityType",
            "AttachedScope",
            "Effect",
            "PolicyIdentifier",
            "PolicyType",
            "PolicyVersion",
        ]
    ),
]

SHAPES = [
    Shape("ram:CreateRole", RoleName="{fresh}", AssumeRolePolicyDocument=TRUST, Description="d"),
    Shape("ram:GetRole", [make_role], RoleName="{role}"),
    Shape("ram:UpdateRole", [make_role], RoleName="{role}", NewDescription="d"),
    Shape("ram:DeleteRole", [make_role], RoleName="{role}"),
    Shape("ram:ListRoles", [make_role]),
    Shape("ram:AttachPolicyToRole", [make_role], RoleName="{role}", **SYSTEM),
    Shape("ram:DetachPolicyFromRole", [make_role, attach_to_role], RoleName="{role}", **SYSTEM),
    Shape("ram:ListPoliciesForRole", [make_role, attach_to_role], RoleName="{role}"),
    Shape("ram:CreateUser", UserName="{fresh}", **PERSON),
    Shape("ram:GetUser", [make_user], NEVER_SIGNED_IN, UserName="{user}"),
    Shape("ram:UpdateUser", [make_user], UserName="{user}", NewComments="other"),
    Shape("ram:DeleteUser", [make_user], UserName="{user}"),
    Shape("ram:ListUsers", [make_user]),
    Shape("ram:CreateLoginProfile", [make_user], UserName="{user}", Password=PASSWORD),
    Shape("ram:GetLoginProfile", [make_user, make_login], UserName="{user}"),
    Shape(
        "ram:UpdateLoginProfile",
        [make_user, make_login],
        UserName="{user}",
        PasswordResetRequired=True,
    ),
    Shape("ram:DeleteLoginProfile", [make_user, make_login], UserName="{user}"),
    Shape("ram:CreateAccessKey", [make_user], UserName="{user}"),
    Shape("ram:ListAccessKeys", [make_user, make_key], UserName="{user}"),
    Shape(
        "ram:UpdateAccessKey",
        [make_user, make_key],
        UserName="{user}",
        UserAccessKeyId="{key}",
        Status="Inactive",
    ),
    Shape("ram:DeleteAccessKey", [make_user, make_key], UserName="{user}", UserAccessKeyId="{key}"),
    Shape(
        "ram:GetAccessKeyLastUsed",
        [make_user, make_used_key],
        UserName="{user}",
        UserAccessKeyId="{key}",
    ),
    Shape("ram:AttachPolicyToUser", [make_user], UserName="{user}", **SYSTEM),
    Shape("ram:DetachPolicyFromUser", [make_user, attach_to_user], UserName="{user}", **SYSTEM),
    Shape("ram:ListPoliciesForUser", [make_user, attach_to_user], UserName="{user}"),
    Shape("ram:CreatePolicy", PolicyName="{fresh}", PolicyDocument=DOCUMENT, Description="d"),
    Shape("ram:GetPolicy", [make_policy], **CUSTOM),
    Shape("ram:DeletePolicy", [make_policy], PolicyName="{policy}"),
    Shape("ram:ListPolicies", [make_policy], PolicyType="Custom"),
    Shape("ram:CreatePolicyVersion", [make_policy], PolicyName="{policy}", PolicyDocument=DOCUMENT),
    Shape("ram:GetPolicyVersion", [make_policy], VersionId="v1", **CUSTOM),
    Shape("ram:ListPolicyVersions", [make_policy, make_version], **CUSTOM),
    Shape(
        "ram:DeletePolicyVersion",
        [make_policy, make_version],
        PolicyName="{policy}",
        VersionId="v2",
    ),
    Shape(
        "ram:SetDefaultPolicyVersion",
        [make_policy, make_version],
        PolicyName="{policy}",
        VersionId="v2",
    ),
    Shape("ram:ListEntitiesForPolicy", PolicyName="shared", PolicyType="Custom"),
    Shape("ram:TagResources", [make_role], ResourceType="role", ResourceNames=["{role}"], Tag=TAG),
    Shape(
        "ram:UntagResources",
        [make_role],
        ResourceType="role",
        ResourceNames=["{role}"],
        TagKeys=["owner"],
    ),
    Shape("ram:ListTagResources", [make_role], ResourceType="role", ResourceNames=["{role}"]),
    Shape("ram:GetAccountAlias"),
    Shape("ram:SetAccountAlias", account="monitoring", AccountAlias="fake-alias-{signature}"),
    Shape("ram:UnbindMFADevice", UserName="{device}"),
    Shape("ram:GetUserMFAInfo", UserName="device-kept"),
    Shape("ram:GetPasswordPolicy"),
    Shape("ram:GetSecurityPreference"),
    Shape(
        "ram:DecodeDiagnosticMessage",
        [be_refused],
        NOTHING_MATCHED,
        EncodedDiagnosticMessage="{message}",
    ),
    Shape("sts:AssumeRole", [make_role], RoleArn="{role_arn}", RoleSessionName="tests"),
    Shape("sts:GetCallerIdentity", absent_for_sessions=["/UserId"]),
    Shape("arms:DescribeTraceLicenseKey", account="monitoring", **REGION),
    Shape("arms:ListTraceApps", absent=WORKLOADS, account="monitoring", **REGION),
    Shape(
        "arms:SearchTraceAppByPage",
        absent=["/PageBean/TraceApps/*/Labels/*"],
        account="monitoring",
        **REGION,
    ),
    Shape("arms:CheckServiceStatus", account="monitoring", SvcCode="arms", **REGION),
    Shape(
        "arms:DeleteTraceApp",
        account="monitoring",
        AppId="1",
        Pid="fakepid-absent",
        Type="TRACE",
        **REGION,
    ),
    Shape("resourcemanager:AttachPolicy", [make_role], **IN_GROUP),
    Shape("resourcemanager:DetachPolicy", [make_role, attach_in_group], **IN_GROUP),
    Shape(
        "resourcemanager:ListPolicyAttachments",
        [make_role, attach_in_group],
        ["/PolicyAttachments/PolicyAttachment/*/Description"],
    ),
    Shape("resourcemanager:ListResourceGroups", account="monitoring", IncludeTags=True),
    Shape(
        "resourcemanager:GetResourceGroup",
        account="monitoring",
        ResourceGroupId="rg-fakeshop000001",
        IncludeTags=True,
    ),
    Shape("ims:GetDefaultDomain"),
    Shape(
        "ims:CreateUser",
        absent=NEVER_SIGNED_IN,
        UserPrincipalName="{fresh}@{domain}",
        Tag=TAG,
        **PERSON,
    ),
    Shape("ims:GetUser", [make_tagged_user], NEVER_SIGNED_IN, UserPrincipalName="{user_principal}"),
    Shape("ims:DeleteUser", [make_user], UserPrincipalName="{user_principal}"),
    Shape(
        "ims:CreateLoginProfile",
        [make_user],
        UserPrincipalName="{user_principal}",
        Password=PASSWORD,
    ),
    Shape("ims:CreateAccessKey", [make_user], UserPrincipalName="{user_principal}"),
]
