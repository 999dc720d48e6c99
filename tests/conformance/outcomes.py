"""What clients and cloud came to: noted by tests that pass, for the table in `docs/reference`."""

import json
import os
import pathlib

# A folder, if somebody wants to know.
FOLDER = os.environ.get("HOST_OUTCOMES")


class Outcomes:
    """Facts, each noted once and written at the end, sorted."""

    def __init__(self):
        self._facts = set()

    def reply(self, client, action, caller):
        """The reply was understood."""
        self._note(client, action, caller, None)

    def error(self, client, action, caller, code):
        """The refusal arrived as the client's exception, with that code."""
        self._note(client, action, caller, code)

    def _note(self, client, action, caller, code):
        assert caller in ("user", "session")
        self._facts.add((client, action, caller, code or ""))

    def write(self):
        if FOLDER is None:
            return
        lines = [
            json.dumps({"client": client, "action": action, "caller": caller, "code": code or None})
            for client, action, caller, code in sorted(self._facts)
        ]
        (pathlib.Path(FOLDER) / "python.jsonl").write_text("".join(f"{line}\n" for line in lines))
