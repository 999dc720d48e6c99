"""The server itself: what it announces, how it ends, and that its built-in cloud needs patience."""

import json
import subprocess
import sys

from conftest import Cloud
from offline_cloud import ROOT, SCENARIO, OfflineCloud


def test_the_built_in_cloud_learns_of_a_role_after_a_while(tmp_path):
    offline = OfflineCloud(tmp_path)
    cloud = Cloud(offline, "v3")
    arn = cloud.role_arn(cloud.role())
    error = cloud.api("sts").refusal("AssumeRole", RoleArn=arn, RoleSessionName="tests")
    assert error.code == "EntityNotExist.Role", "STS has not heard of it yet"
    assert offline.stop() == 0


def test_it_announces_two_accounts_and_says_when_it_stops(tmp_path):
    offline = OfflineCloud(tmp_path)
    ids = {name: account["account"] for name, account in offline.accounts.items()}
    assert ids == {"monitoring": "1234567890123456", "source": "6543210987654321"}
    assert offline.address.startswith("127.0.0.1:")
    assert offline.stop() == 0
    assert '"event":"stopped"' in offline.lines[-1]


def test_one_connection_serves_many_calls_and_an_open_one_does_not_hold_it_up(tmp_path):
    offline = OfflineCloud(tmp_path)
    sts = Cloud(offline, "v3").api("sts")
    requests = {sts.call("GetCallerIdentity")["RequestId"] for _ in range(20)}
    assert len(requests) == 20, "every request has an id of its own"
    assert offline.stop() == 0


def test_the_script_of_the_benchmark_reaches_its_end(tmp_path):
    offline = OfflineCloud(tmp_path, "--scenario", SCENARIO)
    script = ROOT / "tests" / "conformance" / "compare.py"
    announcement = {"address": offline.address, "keys": offline.keys}
    subprocess.run([sys.executable, script], input=json.dumps(announcement), text=True, check=True)
    assert offline.stop() == 0
