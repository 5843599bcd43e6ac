"""Bulk: tens of thousands of instances into a server of its own, whose memory does not grow with them."""

import json
import subprocess
import sys
from pathlib import Path

import httpx2
import psutil

from tests.serving import interlog_process

from .test_ingest_speed import FIELDS, ITEMS, lines

BATCHES = 5
MOST_MEMORY = 150_000_000
"""Bytes by which the server's memory may grow."""


def test_bulk_is_stored_whole_and_leaves_memory_alone(tmp_path: Path) -> None:
    """Five requests of 10,000 lines: all accepted, all counted, and less than 150 MB more in use."""
    url = f"sqlite:///{tmp_path / 'bulk.db'}"
    init = [str(Path(sys.executable).with_name("interlog")), "init", "--db", url, "--tenant", "wide",
            "--domain", "own.example", "--owner", "Mia Kern <mia@own.example>", "--json"]  # fmt: skip
    token = json.loads(subprocess.run(init, capture_output=True, check=True).stdout)["token"]
    with (
        interlog_process("--db", url) as served,
        httpx2.Client(
            base_url=served.base + "/customer-insights/hubs/wide",
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"},
            timeout=150,
            trust_env=False,
        ) as client,
    ):
        fields = [{"fieldName": name, "fieldType": type_} for name, (type_, _) in FIELDS.items()]
        body = {"apiEntitySetName": "Wides", "idPropertyNames": ["VisitKey"], "timestampFieldName": "ArrivedAt"}
        defined = client.put("/manage/model/interactions/Wide", json=body | {"fields": fields})
        assert defined.status_code == 201, defined.text
        data = lines()
        assert client.post("/data/Wides", content=data.partition(b"\n")[0]).json()["accepted"] == 1
        process = psutil.Process(served.process.pid)
        before = process.memory_info().rss
        for batch in range(BATCHES):
            answer = client.post("/data/Wides", content=data.replace(b'"V-', b'"%d-' % batch))
            assert answer.json()["accepted"] == ITEMS
        assert process.memory_info().rss - before < MOST_MEMORY
        assert client.get("/data/Wides/$count").text == str(BATCHES * ITEMS + 1)
        assert client.get(f"/data/Wides('{BATCHES - 1}-{ITEMS - 1}')").status_code == 200
