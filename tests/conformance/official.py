"""The official SDK, asked by API names: `Api(...).call("CreateRole", RoleName="r")`.

Requests are built and replies are read by the SDK's own models, so a field that the SDK does not
know, or that has another case, is lost on the way and missed by a test.
"""

import importlib
import inspect

from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.models import Config

PACKAGES = {
    "arms": "alibabacloud_arms20190808",
    "cs": "alibabacloud_cs20151215",
    "ecs": "alibabacloud_ecs20140526",
    "ims": "alibabacloud_ims20190815",
    "ram": "alibabacloud_ram20150501",
    "resourcemanager": "alibabacloud_resourcemanager20200331",
    "sts": "alibabacloud_sts20150401",
}

# The signatures that the SDK can make: `ACS3-HMAC-SHA256`, and the old ones with HMAC-SHA1.
SIGNATURES = {"v3": None, "v1": "v2"}

REGION = "cn-hangzhou"


class Key:
    """An AccessKey, permanent or of a session."""

    def __init__(self, id, secret, token=None):
        self.id = id
        self.secret = secret
        self.token = token

    @classmethod
    def of_operator(cls, account):
        """From the announcement of the offline cloud."""
        return cls(account["access_key_id"], account["access_key_secret"])

    @classmethod
    def of_user(cls, body):
        """From the reply of `CreateAccessKey`."""
        return cls(body["AccessKey"]["AccessKeyId"], body["AccessKey"]["AccessKeySecret"])

    @classmethod
    def of_session(cls, body):
        """From the reply of `AssumeRole`."""
        made = body["Credentials"]
        return cls(made["AccessKeyId"], made["AccessKeySecret"], made["SecurityToken"])


class Api:
    """A product's client of the official SDK."""

    def __init__(self, product, address, key, signature="v3", protocol="http"):
        package = PACKAGES[product]
        self.models = importlib.import_module(f"{package}.models")
        config = Config(
            access_key_id=key.id,
            access_key_secret=key.secret,
            security_token=key.token,
            endpoint=address,
            protocol=protocol,
            region_id=REGION,
            signature_algorithm=SIGNATURES[signature],
        )
        self.client = importlib.import_module(f"{package}.client").Client(config)

    def call(self, action, **parameters):
        """The body of the reply, as the SDK's model understood it; nothing for an empty one."""
        method = self._method(action)
        arguments = [parameters.pop(name) for name in places(method)]
        request = getattr(self.models, f"{action}Request", None)
        if request is None:
            assert not parameters, f"{action} takes nothing more"
            response = method(*arguments)
        else:
            response = method(*arguments, request().from_map(parameters))
        assert response.status_code in (200, 202, 204)
        return plain(getattr(response, "body", None))

    def refusal_of_anything(self, action):
        """The exception of a call that is refused whatever it asks for."""
        return self.refusal(action, **dict.fromkeys(places(self._method(action)), "any"))

    def refusal(self, action, **parameters):
        """The exception of a call that must be refused."""
        try:
            body = self.call(action, **parameters)
        except AlibabaCloudException as error:
            return error
        raise AssertionError(f"{action} was not refused: {body}")

    def _method(self, action):
        # `GetUserMFAInfo` is `get_user_mfainfo` in Python.
        names = {name.replace("_", ""): name for name in dir(self.client)}
        return getattr(self.client, names[action.lower()])


def plain(body):
    """Models as plain values."""
    if isinstance(body, list):
        return [plain(item) for item in body]
    return body.to_map() if hasattr(body, "to_map") else body


def places(method):
    """What stands in the path: arguments of their own, before the request."""
    return [name for name in inspect.signature(method).parameters if name != "request"]
