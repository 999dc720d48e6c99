"""The catalog: every action, and the codes that its errors may have."""

import tomllib

from offline_cloud import ROOT

_FILES = {
    path.stem: tomllib.loads(path.read_text())
    for path in sorted((ROOT / "host" / "catalog" / "data").glob("*.toml"))
}

# The codes of the gateway, which every action may answer, with their statuses.
GATEWAY = _FILES["errors"]["gateway"]

# What each `product:Action` may answer of its own, with statuses.
ACTIONS = {
    f"{product}:{action}": entry.get("errors", {})
    for product, file in _FILES.items()
    for action, entry in file.get("actions", {}).items()
}

PRODUCTS = sorted({name.split(":")[0] for name in ACTIONS})

