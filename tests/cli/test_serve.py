"""``interlog serve``: from its start to its orderly end."""

import json
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.cli.conftest import COMMAND, Run, Serve
from tests.serving import wait_until

Init = Callable[[str], dict[str, Any]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a SQLite store that is not there yet."""
    return f"sqlite:///{tmp_path}/interlog.db"


def test_the_announced_server_answers(init: Init, serve: Serve, database_url: str) -> None:
    """Once the object is printed, its addresses work with the token that init made."""
    token = init(database_url)["token"]
    with serve("--db", database_url) as server:
        affinity = server.announced["protocols"]["affinity"]
        authorization = {"Authorization": f"Bearer {token}"}
        answers = [
            httpx2.get(f"{server.url}/healthz/ready", timeout=30),
            httpx2.get(f"{server.url}/", timeout=30),
            httpx2.get(f"{affinity['base_url']}/auth/whoami", headers=authorization, timeout=30),
            httpx2.get(f"{affinity['v2_base_url']}/auth/whoami", headers=authorization, timeout=30),
        ]

        assert [answer.status_code for answer in answers] == [200] * 4
        assert server.announced["pid"] == server.process.pid
        assert affinity["token"] is None
        assert "server" not in answers[0].headers
        assert "date" in answers[0].headers
        assert server.stop() == 0


def test_a_store_without_a_tenant_says_how_to_make_one(serve: Serve, url: str, tmp_path: Path) -> None:
    """A fresh store is served, nothing is created in it, and the way on is told."""
    with serve("--db", url) as server:
        assert httpx2.get(f"{server.url}/healthz/ready", timeout=30).status_code == 200
        assert server.stop(signal.SIGINT) == 0

    assert f"interlog init --db {url} --tenant acme" in (tmp_path / "log").read_text()


def test_a_token_for_a_day_is_printed_when_asked_for(init: Init, interlog: Run, serve: Serve, url: str) -> None:
    """--print-token makes a token of the owner of the only tenant, with an end."""
    init(url)
    with serve("--db", url, "--print-token") as server:
        affinity = server.announced["protocols"]["affinity"]
        answer = httpx2.get(
            f"{affinity['base_url']}/auth/whoami", headers={"Authorization": f"Bearer {affinity['token']}"}, timeout=30
        )
        assert answer.status_code == 200
        polis = server.announced["protocols"]["polis"]
        campaigns = httpx2.get(
            f"{polis['base_url']}/v1/campaigns", headers={"Authorization": f"Bearer {polis['token']}"}, timeout=30
        )
        assert campaigns.json()["data"][0]["meta"]["resource"] == "campaigns"

    made = interlog("token", "list", "--tenant", "acme", "--json", db=url).data["tokens"][-1]
    assert (made["label"], made["user"]) == ("serve", "mia@own.example")
    assert made["expires_at"] is not None


def test_a_link_signs_the_owner_in(init: Init, serve: Serve, url: str) -> None:
    """Whoever has just made a store comes to its pages by what serve prints; without a tenant there is nobody to be."""
    with serve("--db", url) as server:
        assert server.announced["sign_in"] is None
        assert server.stop() == 0
    init(url)
    with serve("--db", url) as server:
        assert server.announced["protocols"]["affinity"]["token"] is None
        link = server.announced["sign_in"]
        browser = httpx2.Client(base_url=server.url, timeout=30)
        assert browser.post(link).status_code == 303
        assert "mia@own.example" in browser.get("/account").text
        assert httpx2.post(link, timeout=30).status_code == 422
        assert server.stop() == 0


def test_a_token_needs_exactly_one_tenant(command: Run, url: str) -> None:
    """Whose token is meant must be clear."""
    done = command("serve", "--print-token", "--port", "0", db=url)

    assert done.code == 1
    assert "--print-token is for a store with one tenant, not 0" in done.err


def _post_slowly(port: int, token: str) -> tuple[socket.socket, bytes]:
    """Send the head and a part of the body of a request that creates a person; returns the rest of the body."""
    body = json.dumps({"first_name": "Late", "last_name": "Comer", "emails": ["late@client.example"]}).encode()
    head = (
        f"POST /affinity/persons HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(head.encode() + body[:10])
    return connection, body[10:]


def _refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return True
    return False


def test_an_open_request_is_finished_before_the_end(init: Init, serve: Serve, url: str, tmp_path: Path) -> None:
    """Told to stop, the server takes no new connections, answers the open request, keeps its data, and exits with 0."""
    token = init(url)["token"]
    with serve("--db", url) as server:
        httpx2.get(f"{server.url}/healthz/live", timeout=30)
        connection, rest = _post_slowly(server.port, token)
        httpx2.get(f"{server.url}/healthz/live", timeout=30)  # so that the first part has arrived
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: _refuses(server.port))
        assert server.process.poll() is None
        connection.sendall(rest)
        with connection, connection.makefile("rb") as answer:
            assert answer.readline().startswith(b"HTTP/1.1 200")
        assert server.process.wait(30) == 0

    with sqlite3.connect(tmp_path / "interlog.db") as stored:
        assert stored.execute("SELECT count(*) FROM person WHERE first_name = 'Late'").fetchone() == (1,)
    stored.close()


def test_an_open_request_is_not_waited_for_for_ever(init: Init, serve: Serve, url: str) -> None:
    """After the grace the server ends, with exit code 0, though a client never sent the rest of its request."""
    token = init(url)["token"]
    with serve("--db", url, "--shutdown-grace", "0") as server:
        connection, _ = _post_slowly(server.port, token)
        httpx2.get(f"{server.url}/healthz/live", timeout=30)
        assert server.stop() == 0
        connection.close()


def test_a_port_in_use_is_told(command: Run, url: str) -> None:
    """Before anything is done, and with the options that help."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = command("serve", "--port", str(port), db=url)

    assert done.code == 1
    assert f"cannot listen on 127.0.0.1, port {port}: " in done.err
    assert "Traceback" not in done.err


def test_a_demo_is_lively_and_leaves_nothing_behind(serve: Serve, environment: dict[str, str], tmp_path: Path) -> None:
    """--demo serves a filled store with a token, and removes it at the end."""
    environment["TMPDIR"] = str(tmp_path)
    with serve("--demo") as server:
        affinity = server.announced["protocols"]["affinity"]
        authorization = {"Authorization": f"Bearer {affinity['token']}"}
        found = httpx2.get(f"{affinity['base_url']}/persons", headers=authorization, timeout=30).json()
        assert len(found["persons"]) > 100
        assert len(list(tmp_path.glob("interlog-demo-*"))) == 1
        assert server.stop() == 0

    assert list(tmp_path.glob("interlog-demo-*")) == []


def test_people_get_lines_to_paste(environment: dict[str, str], tmp_path: Path) -> None:
    """Without --json the addresses, a token and the variables of the community's client are printed, whole."""
    environment["TMPDIR"] = str(tmp_path)
    line = [str(COMMAND), "serve", "--demo", "--port", "0"]
    with subprocess.Popen(
        line, env=environment | {"COLUMNS": "40"}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        for printed in process.stdout:
            lines.append(printed.strip())
            if printed.startswith("Ctrl+C"):
                break
        process.send_signal(signal.SIGINT)
    exported = next(line for line in lines if line.startswith("export "))
    variables = dict(pair.split("=", 1) for pair in exported.split()[1:])

    assert process.returncode == 0
    assert variables["AFFINITY_V1_BASE_URL"].endswith("/affinity")
    assert variables["AFFINITY_V2_BASE_URL"] == variables["AFFINITY_V1_BASE_URL"] + "/v2"
    assert variables["AFFINITY_API_KEY"].startswith("ilog")
    assert variables["XAFFINITY_NO_UPDATE_CHECK"] == "1"
