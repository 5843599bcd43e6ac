"""The server that other tests use: in a thread over either engine, and as the command."""

from pathlib import Path

import httpx2
import pytest

from tests.conftest import ENGINES, FreshDatabase
from tests.serving import ServerOf, interlog_process, running_server

from .protocols.conftest import server_of

__all__ = ["server_of"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_server_in_a_thread_answers(engine: str, fresh_database: FreshDatabase, tmp_path: Path) -> None:
    """A test calls it over HTTP and sets up through its ledger at the same time; what it stores is counted."""
    with running_server(engine, fresh_database, tmp_path) as server:
        firm = server.found()
        before = firm.rows()
        answer = firm.caller("/affinity").get("/auth/whoami")
        assert (answer.status_code, answer.json()["user"]["id"]) == (200, firm.mia.id)
        assert firm.rows() == before
        firm.person("Ola", "Berg", "ola@client.example")
        after = firm.rows()
        assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
            "person": 1, "person_email": 1, "journal": 1
        }  # fmt: skip


def test_one_ledger_is_served_with_other_settings(server_of: ServerOf) -> None:
    """The same data, at other addresses, with other settings."""
    server = server_of("sqlite")
    firm = server.found()
    with server.with_settings(affinity_rate_limit_user=5) as first, server.with_settings(metrics=False) as second:
        assert len({server.base, first, second}) == 3
        answer = firm.caller("/affinity", base=first).get("/persons")
        assert answer.headers["X-Ratelimit-Limit-User"] == "5"
        assert server.http.get(f"{second}/metrics").status_code == 404
        assert server.http.get(f"{first}/metrics").status_code == 200


def test_the_command_serves() -> None:
    """``interlog serve`` tells its address and a token, answers, and stops in good order."""
    with interlog_process("--demo") as served:
        affinity = served.started["protocols"]["affinity"]
        assert affinity["base_url"].startswith(served.base)
        headers = {"Authorization": f"Bearer {affinity['token']}"}
        assert httpx2.get(f"{affinity['base_url']}/auth/whoami", headers=headers, timeout=30).status_code == 200
        assert served.stop() == 0


def test_the_command_says_why_it_does_not_start() -> None:
    """What the command says about a mistake is in the error."""
    with pytest.raises(RuntimeError, match="expected sqlite"), interlog_process("--db", "nonsense://"):
        pass
