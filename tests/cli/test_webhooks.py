"""``interlog serve`` is killed while a webhook is told: each event arrives, in order, under the same id."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

from tests.receiving import receiving
from tests.serving import InterlogProcess, interlog_process, wait_until

Init = Callable[[str], dict[str, Any]]


def test_killed_between_commit_and_delivery(init: Init, tmp_path: Path) -> None:
    """Once before anything is sent, and once while the receiver has not answered yet."""
    url = f"sqlite:///{tmp_path}/interlog.db"
    bearer = {"Authorization": f"Bearer {init(url)['token']}"}
    made: list[int] = []

    def create(server: InterlogProcess, many: int) -> None:
        for number in range(many):
            body = {"first_name": f"P{number}", "last_name": "", "emails": []}
            answer = httpx2.post(f"{server.base}/affinity/persons", json=body, headers=bearer, timeout=30)
            made.append(answer.json()["id"])

    with receiving() as receiver:
        with interlog_process("--db", url, "--webhook-private") as server:
            asked = {"webhook_url": receiver.url, "subscriptions": ["person.created"]}
            answer = httpx2.post(f"{server.base}/affinity/webhook/subscribe", json=asked, headers=bearer, timeout=30)
            assert answer.status_code == 200, answer.text
            receiver.received.clear()
            create(server, 3)
            server.kill()
        with interlog_process("--db", url, "--webhook-private") as server:
            good, created = receiver.answer, threading.Event()

            def kill() -> int:
                created.wait(20)
                receiver.answer = good
                server.kill()
                return 200

            receiver.answer = kill
            create(server, 3)
            created.set()
            wait_until(lambda: server.process.poll() is not None)
        with interlog_process("--db", url, "--webhook-private") as server:
            wait_until(lambda: {message.json["body"]["id"] for message in receiver.received} >= set(made), 90)

    seen: dict[str, int] = {}
    for message in receiver.received:
        id_ = message.json["body"]["id"]
        assert seen.setdefault(message.headers["webhook-id"], id_) == id_
    assert list(seen.values()) == made
