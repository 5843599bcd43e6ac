"""A log that cannot be written."""

import json
import signal
import subprocess
from pathlib import Path

import httpx2
import pytest

from .conftest import COMMAND, SECONDS, Run


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_requests_are_answered_though_the_log_is_full(
    command: Run, environment: dict[str, str], tmp_path: Path, log_format: str
) -> None:
    """Neither a request that is logged nor one after it suffers from a full disk under the log."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    owner = ("--tenant", "acme", "--domain", "own.example", "--owner", "Mia Kern <mia@own.example>")
    token = command("init", *owner, "--json", db=url).data["token"]
    line = [str(COMMAND), "serve", "--db", url, "--port", "0", "--json", "--log-format", log_format]
    with Path("/dev/full").open("w") as full:
        process = subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, stderr=full, text=True)
    try:
        assert process.stdout is not None
        base = json.loads(process.stdout.readline())["protocols"]["affinity"]["base_url"]
        with httpx2.Client(trust_env=False, timeout=30) as client:
            assert client.get(f"{base}/persons").status_code == 401
            found = client.get(f"{base}/persons", headers={"Authorization": f"Bearer {token}"})
        assert [person["first_name"] for person in found.json()["persons"]] == ["Mia"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=SECONDS)
    assert process.returncode == 0
