"""``kill -9`` while the index of a field is being filled: the next server goes on with it, and nothing is missing."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.serving import interlog_process, wait_until

pytestmark = pytest.mark.faults

ITEMS = 8_000
KEY: dict[str, Any] = {"fieldName": "VisitKey", "fieldType": "Edm.String"}
MINUTES: dict[str, Any] = {"fieldName": "Minutes", "fieldType": "Edm.Int32"}
MARKED = MINUTES | {"attributes": {"interlog.index": ["true"]}}


def run(*arguments: str) -> str:
    """Run a command of ours."""
    command = [str(Path(sys.executable).with_name("interlog")), *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


@contextmanager
def served(url: str, token: str) -> Iterator[tuple[Any, httpx2.Client]]:
    """Give a server of its own process, and a client of the hub."""
    with interlog_process("--db", url) as server:
        base = f"{server.base}/customer-insights/hubs/wide"
        headers = {"Authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=base, headers=headers, timeout=30, trust_env=False) as client:
            yield server, client


def test_the_next_server_goes_on_with_what_is_left(tmp_path: Path) -> None:
    """It takes it up when it starts; then the index agrees with the interactions and is used."""
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    init = run("init", "--db", url, "--tenant", "wide", "--domain", "own.example",
               "--owner", "Mia Kern <mia@own.example>", "--json")  # fmt: skip
    token = json.loads(init)["token"]
    path, body = "/manage/model/interactions/Wide", {"apiEntitySetName": "Wides", "idPropertyNames": ["VisitKey"]}

    with served(url, token) as (server, client):
        assert client.put(path, json=body | {"fields": [KEY, MINUTES]}).status_code == 201
        items = [{"VisitKey": f"V-{n}", "Minutes": n % 50} for n in range(ITEMS)]
        assert client.post("/data/Wides", json=items).json()["accepted"] == ITEMS

        def mark() -> None:
            with suppress(httpx2.HTTPError):
                client.put(path, json=body | {"fields": [KEY, MARKED]})

        marking = threading.Thread(target=mark)
        marking.start()
        state: list[str] = []

        def is_begun() -> bool:
            state.append(client.get(path).json()["provisioningState"])
            return state[-1] == "Provisioning"

        wait_until(is_begun)
        server.kill()
        marking.join(20)

    with served(url, token) as (_, client):
        wait_until(lambda: client.get(path).json()["provisioningState"] == "Succeeded")
        found = client.get("/data/Wides", params={"$filter": "Minutes eq 7", "$count": "true", "$top": "1"}).json()
        assert found["@odata.count"] == ITEMS // 50
    assert "clean" in run("db", "check", "--db", url)
