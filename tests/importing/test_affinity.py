"""``interlog import affinity``: another Interlog becomes an equal tenant, whatever happens on the way."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from interlog.ledger.tenants import system_actor
from tests.cli.conftest import COMMAND, SECONDS, Run
from tests.importing.everything import shown_by
from tests.importing.relay import relay
from tests.serving import Caller, Firm, RunningServer

NO_PROXY = {"NO_PROXY": "127.0.0.1"}


@contextmanager
def served(url: str, interlog: Run, owner: str) -> Iterator[Caller]:
    """Serve the tenant acme of a store, and give its owner's caller of the Affinity API."""
    token = interlog("token", "create", "--tenant", "acme", "--user", owner, "--json", db=url).data["token"]
    server = RunningServer(url)
    server.start()
    try:
        yield Caller(server.http, f"{server.base}/affinity", token)
    finally:
        server.stop()


def differences(there: dict[str, Any], here: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return the addresses at which something else is shown."""
    return [
        (path, there.get(path), here.get(path))
        for path in dict.fromkeys([*there, *here])
        if there.get(path) != here.get(path)
    ]


def counts_of(everything: dict[str, Any]) -> dict[str, int]:
    """Return how much there is of each part, as the command counts it."""
    notes = [value for path, value in everything.items() if path.startswith("/notes/")]
    found = {name: len(everything[f"/{name}"]) for name in ("organizations", "persons", "lists", "opportunities")}
    listed = [len(value) for path, value in everything.items() if path.startswith("/lists/") and "entries" in path]
    found["fields"] = len(everything["/fields"])
    values = [everything[f"/field-values of {name}"] for name in ("persons", "organizations")]
    found["field-values"] = sum(len(some) for each in values for some in each)
    found["list-entries"] = sum(listed) - found["opportunities"]
    found |= {name: len(everything[f"/v2/{name}"]) for name in ("meetings", "calls", "chat-messages", "emails")}
    return found | {
        "notes": sum(1 for note in notes if note["parent_id"] is None),
        "replies": sum(1 for note in notes if note["parent_id"] is not None),
    }


def test_a_copy_is_equal(source: Firm, database_url: str, interlog: Run) -> None:
    """Every object of both versions is the same, ids too; what comes next has numbers of its own."""
    there = shown_by(source.caller("/affinity"))
    base = f"{source.server.base}/affinity"
    given = ("import", "affinity", "--from", base, "--token", source.token, "--tenant", "acme", "--json")
    done = interlog(*given, db=database_url, **NO_PROXY).data

    assert done["counts"] == counts_of(there)
    assert done["remarks"] == []
    assert interlog("db", "check", db=database_url).out == "clean\n"
    again = interlog(*given, db=database_url, **NO_PROXY).data
    assert again["counts"] == done["counts"]
    assert again["requests"] == 2, "who it is, twice"
    with served(database_url, interlog, source.mia.emails[0]) as api:
        assert differences(there, shown_by(api)) == []
        made = api.post("/persons", first_name="New", last_name="One", emails=[]).json()
        assert made["id"] > max(there["/persons"])
        call = {"type": 1, "person_ids": [source.mia.id, made["id"]], "content": "x", "date": "2026-01-01"}
        logged = api.post("/interactions", **call).json()
        assert logged["id"] > max(item["id"] for name in ("meetings", "emails") for item in there[f"/v2/{name}"])


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_a_copy_goes_on_where_it_was_killed(
    source: Firm, database_url: str, interlog: Run, environment: dict[str, str]
) -> None:
    """``kill -9`` in the middle of parts, again and again: in the end all is there, once, and the counts are exact."""
    there = shown_by(source.caller("/affinity"))
    with relay(source.server.base) as between:
        given = ["import", "affinity", "--from", f"{between.base}/affinity", "--token", source.token, "--json"]
        line = [str(COMMAND), *given, "--db", database_url]
        for requests in (5, 60, 400, 300, 200):
            between.hold_at = between.count + requests
            between.holding.clear()
            between.go_on.clear()
            process = subprocess.Popen(line, env=environment | NO_PROXY, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while not between.holding.wait(0.05) and process.poll() is None:
                pass
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
            process.communicate(timeout=SECONDS)
            between.hold_at = 0
            between.go_on.set()
        done = interlog(*given, db=database_url, **NO_PROXY).data
    assert done["counts"] == counts_of(there)
    assert interlog("db", "check", db=database_url).out == "clean\n"
    with served(database_url, interlog, source.mia.emails[0]) as api:
        assert differences(there, shown_by(api)) == []


def test_a_source_may_be_slow_and_faulty(source: Firm, tmp_path: Any, interlog: Run) -> None:
    """A limit with Retry-After is kept, a fault is tried again, and nothing is stored twice or left out."""
    url = f"sqlite:///{tmp_path}/copy.db"
    limits: list[str] = []

    def fault(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        if number % 90 == 0:
            limits.append(path)
            return 429, {"Retry-After": "1"}, b'["slow down"]'
        if number % 70 == 0:
            return (500, 502, 503)[number % 3], {}, b"<html>oops</html>"
        return None

    with relay(source.server.base) as between:
        between.fault = fault
        given = ("import", "affinity", "--from", f"{between.base}/affinity", "--tenant", "acme", "--json")
        done = interlog(*given, db=url, AFFINITY_API_KEY=source.token, **NO_PROXY).data
    assert limits
    assert done["counts"] == counts_of(shown_by(source.caller("/affinity")))


def test_a_limit_is_waited_for(source: Firm, tmp_path: Any, interlog: Run) -> None:
    """After a 429 nobody asks again before the time that the answer names."""
    asked: list[float] = []

    def fault(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        asked.append(time.monotonic())
        return (429, {"Retry-After": "2"}, b"[]") if number == 1 else None

    with relay(source.server.base) as between:
        between.fault = fault
        given = ("import", "affinity", "--from", f"{between.base}/affinity", "--token", source.token, "--rounded")
        assert interlog(*given, db=f"sqlite:///{tmp_path}/copy.db", **NO_PROXY).code == 0
    assert asked[1] - asked[0] >= 1.95


def test_one_id_may_stand_for_several(source: Firm, database_url: str, interlog: Run) -> None:
    """The vendor counts within each type: where two share an id the later one gets another number, and a remark."""
    api = source.caller("/affinity")
    meetings = [item["id"] for item in api.get("/v2/meetings").json()["data"]]
    emails = api.get("/v2/emails").json()

    def fault(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        if path.startswith("/affinity/v2/emails"):
            items = [item | {"id": id_} for item, id_ in zip(emails["data"], meetings[:3], strict=False)]
            return 200, {}, json.dumps(emails | {"data": items, "pagination": {"nextUrl": None}}).encode()
        return (404, {}, b"[]") if path.endswith("type=3") else None

    with relay(source.server.base) as between:
        between.fault = fault
        given = ("import", "affinity", "--from", f"{between.base}/affinity", "--token", source.token, "--json")
        done = interlog(*given, db=database_url, **NO_PROXY).data
    assert done["counts"]["emails"] == 3
    assert [text.split(" is ")[0] for text in done["remarks"]] == [f"E-mail {id_}" for id_ in meetings[:3]]
    assert interlog("db", "check", db=database_url).out == "clean\n"
    with served(database_url, interlog, source.mia.emails[0]) as here:
        copied = here.get("/v2/emails").json()["data"]
        assert [item["subject"] for item in copied] == [item["subject"] for item in emails["data"][:3]]
        assert {item["id"] for item in copied}.isdisjoint(meetings)
        assert here.get(f"/interactions/{meetings[0]}", type=0).status_code == 200


def test_two_copies_at_once_do_not_mix(source: Firm, database_url: str, environment: dict[str, str]) -> None:
    """The same command twice at the same time: one of them may be refused, and nothing is stored twice."""
    base = f"{source.server.base}/affinity"
    given = ["import", "affinity", "--from", base, "--token", source.token, "--rounded", "--json"]
    line = [str(COMMAND), *given, "--db", database_url]
    both = [
        subprocess.Popen(line, env=environment | NO_PROXY, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=SECONDS) for process in both]
    assert all(process.returncode in (0, 1) for process in both)
    assert all(b"Traceback" not in err for _, err in said)
    last = subprocess.run(line, env=environment | NO_PROXY, capture_output=True, timeout=SECONDS, check=True)
    assert json.loads(last.stdout)["counts"] == counts_of(shown_by(source.caller("/affinity")))


def test_rounded_times_cost_few_calls(source: Firm, tmp_path: Any, interlog: Run) -> None:
    """With --rounded interactions are read by the page; all that differs is the fraction of a second."""
    url = f"sqlite:///{tmp_path}/copy.db"
    with relay(source.server.base) as between:
        given = ("import", "affinity", "--from", f"{between.base}/affinity/v2/", "--token", source.token, "--rounded")
        assert interlog(*given, "--json", db=url, **NO_PROXY).code == 0
        single = [path for path in between.asked if path.startswith("/affinity/interactions/")]
    assert len(single) == 1, "the crowd of which version 2 shows a hundred"
    there = shown_by(source.caller("/affinity"))
    with served(url, interlog, source.mia.emails[0]) as api:
        here = shown_by(api)
    for name in ("meetings", "calls", "emails"):
        assert here[f"/v2/{name}"] == there[f"/v2/{name}"]


def test_an_existing_tenant_is_filled_if_nothing_is_in_the_way(source: Firm, tmp_path: Any, interlog: Run) -> None:
    """The owner who has the same address and id becomes the one of the source."""
    url = f"sqlite:///{tmp_path}/copy.db"
    address = source.mia.emails[0]
    owner = ("--tenant", "acme", "--domain", "own.example", "--owner", f"Somebody Else <{address}>")
    assert interlog("init", *owner, db=url).code == 0
    base = f"{source.server.base}/affinity"
    done = interlog("import", "affinity", "--from", base, "--token", source.token, "--json", db=url, **NO_PROXY).data
    assert done["counts"]["persons"] == len(shown_by(source.caller("/affinity"))["/persons"])
    with served(url, interlog, address) as api:
        assert api.get(f"/persons/{source.mia.id}").json()["first_name"] == source.mia.first_name


def test_a_taken_id_stops_it_before_anything_is_stored(source: Firm, database_url: str, interlog: Run) -> None:
    """The problems are named, the exit code is 1, and the store is as it was."""
    owner = ("--tenant", "acme", "--domain", "other.example", "--owner", "Olga Other <olga@other.example>")
    assert interlog("init", *owner, db=database_url).code == 0
    server = RunningServer(database_url)
    server.start()
    try:
        tenant = server.run(server.ledger.tenants.by_name("acme"))
        person = server.run(server.ledger.tenants.user(tenant, "olga@other.example")).person_id
        olga = server.run(server.ledger.persons.get(system_actor(tenant, person), person))
        target = Firm(server, tenant, olga)
        target.organization("Ours")
        before = target.rows()
        base = f"{source.server.base}/affinity"
        given = ("import", "affinity", "--from", base, "--token", source.token, "--json")
        done = interlog(*given, db=database_url, **NO_PROXY)
        assert target.rows() == before
    finally:
        server.stop()
    assert done.code == 1
    message = done.error["error"]
    assert "nothing was stored" in message
    assert "organization 1 is another one here" in message
    assert "person 1 is somebody else here" in message or "more" in message


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--from", "{base}/affinity", "--token", "wrong"), 1, "does not know the token"),
        (("--from", "{base}/nowhere", "--token", "{token}"), 1, ""),
        (("--from", "{base}", "--token", "{token}"), 1, ""),
        (("--from", "nonsense", "--token", "{token}"), 2, "must be an address"),
        (("--from", "{base}/affinity"), 2, "AFFINITY_API_KEY"),
        (("--from", "{base}/affinity", "--token", "line\nfeed"), 2, "must be a key"),
    ],
)
def test_what_is_wrong_is_said(
    source: Firm, tmp_path: Any, interlog: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """A wrong address, a wrong token, no token: each has its message, and no tenant is made."""
    url = f"sqlite:///{tmp_path}/copy.db"
    given = [part.format(base=source.server.base, token=source.token) for part in arguments]
    done = interlog("import", "affinity", *given, "--json", db=url, **NO_PROXY)
    assert done.code == code
    assert said in json.dumps(done.error)
    assert "acme" not in interlog("token", "list", "--tenant", "acme", db=url).out


def test_people_read_what_was_copied(source: Firm, tmp_path: Any, interlog: Run) -> None:
    """Without --json there is a table of counts, and what was not copied."""
    given = ("import", "affinity", "--from", f"{source.server.base}/affinity", "--token", source.token, "--rounded")
    done = interlog(*given, db=f"sqlite:///{tmp_path}/copy.db", **NO_PROXY)
    assert done.code == 0, done.err
    assert "Copied to the tenant acme" in done.out
    assert "Not copied:" in done.out
