"""`host simulate` as a child process, for as long as a test needs it."""

import json
import os
import pathlib
import signal
import subprocess
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Where `cargo build` puts the program, unless somebody says otherwise.
BINARY = pathlib.Path(os.environ.get("HOST_BINARY", ROOT / "target" / "debug" / "host"))

# A cloud that forgets and learns at once, so that no test waits.
SCENARIO = pathlib.Path(__file__).with_name("scenario.toml")

# How many seconds a start or an end may take before something is wrong.
PATIENCE = 30


class OfflineCloud:
    """A running `host simulate`, with the address and the keys that it announced."""

    def __init__(self, folder, *arguments):
        command = [BINARY, "simulate", "--listen", "127.0.0.1:0", "--json", *arguments]
        environment = {
            **os.environ,
            "HOST_STATE": str(folder / "state"),
            "HOST_CACHE": str(folder / "cache"),
        }
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
        announcement = json.loads(self.process.stdout.readline())
        assert announcement["event"] == "listening", announcement
        self.address = announcement["address"]
        self.protocol = "https" if "--tls" in arguments else "http"
        self.accounts = {account["name"]: account for account in announcement["accounts"]}
        self.keys = announcement["keys"]
        self.lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        # A full pipe would hold the server up.
        self.lines.extend(self.process.stdout)

    def stop(self):
        """Ends it as a service manager would, and gives its exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status
