"""`shapes.toml`: what is asked of the offline cloud, action by action, and what has to be there before."""

import json
import pathlib
import re
import tomllib

from offline_cloud import ROOT
from official import Key

FILE = tomllib.loads(pathlib.Path(__file__).with_name("shapes.toml").read_text())

# The callers that every action is asked by.
CALLERS = ["user", "session"]


class Call:
    """An action with its parameters, which may have `{places}`."""

    def __init__(self, name, entry):
        self.product, self.action = name.split(":")
        self.account = entry.get("account", "source")
        self.parameters = {**FILE["groups"].get(entry.get("use"), {}), **entry.get("with", {})}

    def __repr__(self):
        return f"{self.product}:{self.action}"


class Step(Call):
    """A call that makes what another one needs."""

    def __init__(self, entry):
        super().__init__(entry["call"], entry)
        self.makes = entry.get("makes")
        self.keep = entry.get("keep", {})
        self.as_key = entry.get("as-key", False)
        self.refused = entry.get("refused", {})

    def take(self, cloud, made):
        """Makes the call, and notes what it made."""
        if self.makes:
            made[self.makes] = cloud.name(self.makes)
        key = Key(made["key"], made["secret"]) if self.as_key else self.account
        api, parameters = cloud.api(self.product, key), fill(self.parameters, cloud, made)
        if self.refused:
            detail = api.refusal(self.action, **parameters).access_denied_detail
            made.update({name: detail[field] for name, field in self.refused.items()})
            return
        body = api.call(self.action, **parameters)
        made.update({name: value_at(body, pointer) for name, pointer in self.keep.items()})


class Shape(Call):
    """An action as it is asked for, and the fields of its sample that have no value then."""

    def __init__(self, name, entry):
        super().__init__(name, entry)
        self.given = [STEPS[step] for step in entry.get("given", [])]
        self._absent = entry.get("absent", [])
        self._absent_for_sessions = entry.get("absent-for-sessions", [])

    def sample(self):
        """What the cloud answers; nothing for an empty reply."""
        path = ROOT / "tests" / "samples" / self.product / f"{self.action}.success.json"
        text = path.read_text()
        return json.loads(text) if text.strip() else None

    def absent(self, caller, expected):
        """Those of the expected fields that are not there."""
        patterns = self._absent + (self._absent_for_sessions if caller == "session" else [])
        found = set()
        for pattern in patterns:
            below = pattern.removesuffix("**")
            hits = {field for field in expected if field.startswith(below)}
            hits = hits if below != pattern else {pattern} & set(expected)
            assert hits, f"{self} has no field {pattern}"
            found |= hits
        return found


def value_at(tree, pointer):
    for step in pointer.strip("/").split("/"):
        tree = tree[step]
    return tree


def fields(tree, at=""):
    """Every field of a reply with the type of its value; a list stands for all its items."""
    if isinstance(tree, dict) and tree:
        for name, value in tree.items():
            yield from fields(value, f"{at}/{name}")
    elif isinstance(tree, list) and tree:
        for item in tree:
            yield from fields(item, f"{at}/*")
    elif tree is not None:
        yield at, type(tree).__name__


def fill(parameters, cloud, made):
    """The parameters with the names of what was made."""
    account = cloud.id("source")
    role, user = made.get("role"), made.get("user")
    caller = made.get("caller")
    names = {
        **FILE["values"],
        "account": account,
        "device": f"device-{cloud.signature}-{caller}",
        "domain": f"{account}.onaliyun.com",
        "fresh": cloud.name("fresh"),
        "role_arn": cloud.role_arn(role),
        "role_principal": f"{role}@role.{account}.onaliyunservice.com",
        "signature": cloud.signature,
        "user_principal": f"{user}@{account}.onaliyun.com",
        **made,
    }

    def one(value):
        if isinstance(value, dict):
            return {name: one(item) for name, item in value.items()}
        if isinstance(value, list):
            return [one(item) for item in value]
        if isinstance(value, str):
            return re.sub(r"\{([a-z_]+)\}", lambda place: names[place[1]], value)
        return value

    return one(parameters)


STEPS = {name: Step(entry) for name, entry in FILE["steps"].items()}
SHAPES = [Shape(name, entry) for name, entry in FILE["shapes"].items()]
