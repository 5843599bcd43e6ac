"""``interlog import affinity``: another Interlog becomes an equal tenant, whatever happens on the way."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from interlog.ledger.tenants import system_actor
from interlog.protocols.affinity.app import OPERATIONS
from tests.cli.conftest import COMMAND, SECONDS, Run
from tests.importing.everything import EMPTY, LEFT_OUT, READ, Answers, Everything, reads, shown_by
from tests.importing.relay import relay
from tests.receiving import receiving
from tests.serving import Caller, Firm, RunningServer, wait_until

NO_PROXY = {"NO_PROXY": "127.0.0.1"}


@contextmanager
def served(url: str, interlog: Run, owner: str, *, telling: bool = False) -> Iterator[Caller]:
    """Serve the tenant acme of a store, and give its owner's caller of the Affinity API.

    ``telling``: webhooks are told, and contacts move reminders.
    """
    token = interlog("token", "create", "--tenant", "acme", "--user", owner, "--json", db=url).data["token"]
    server = RunningServer(url)
    server.start()
    running = server.ledger.deliveries.running(private=True, every=0.02) if telling else None
    try:
        if running is not None:
            server.run(running.__aenter__())
        yield Caller(server.http, f"{server.base}/affinity", token)
    finally:
        if running is not None:
            server.run(running.__aexit__(None, None, None))
        server.stop()


def differences(there: Answers, here: Answers) -> list[tuple[tuple[str, str], Any, Any]]:
    """Return the addresses at which something else is shown."""
    return [
        (path, there.get(path), here.get(path))
        for path in dict.fromkeys([*there, *here])
        if there.get(path) != here.get(path)
    ]


def shown(everything: Answers, operation: str) -> list[Any]:
    """Return what an operation answers, at whichever address."""
    return [answer for (name, _), answer in everything.items() if name == operation]


def counts_of(everything: Answers) -> dict[str, int]:
    """Return how much there is of each part, as the command counts it."""

    def many(operation: str) -> int:
        return sum(map(len, shown(everything, operation)))

    notes = shown(everything, "notes.get")
    found = {name: many(f"{name}.list") for name in ("organizations", "persons", "lists", "opportunities", "fields")}
    found["list-entries"] = many("lists.entries") - found["opportunities"]
    found["field-values"] = len(shown(everything, "field_values.get"))
    found["field-value-changes"] = many("field_value_changes.list")
    found |= {name: many(f"v2.{name}.list") for name in ("meetings", "calls", "chat-messages", "emails")}
    return found | {
        "notes": sum(1 for note in notes if note["parent_id"] is None),
        "replies": sum(1 for note in notes if note["parent_id"] is not None),
        "reminders": many("reminders.list"),
        "files": many("files.list"),
        "merges": 4,
        "webhooks": many("webhooks.list"),
    }


@pytest.fixture(scope="module")
def there(source: Firm) -> Answers:
    """Everything that the source shows."""
    return shown_by(source.caller("/affinity"))


def test_something_of_everything_is_compared(there: Answers) -> None:
    """Each read of the route table shows something of the source: what nobody compares cannot be equal."""
    nothing = {operation.name for operation in reads() if not any(map(bool, shown(there, operation.name)))}
    assert nothing == EMPTY
    assert set(LEFT_OUT) | set(READ) <= {operation.name for operation in OPERATIONS}


def test_a_copy_is_equal(source: Firm, there: Answers, database_url: str, interlog: Run) -> None:
    """Every object of both versions is the same, ids too; what comes next has numbers of its own."""
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
        assert made["id"] > max(person["id"] for person in there["persons.list", "/persons"])
        call = {"type": 1, "person_ids": [source.mia.id, made["id"]], "content": "x", "date": "2026-01-01"}
        logged = api.post("/interactions", **call).json()
        before = [item for name in ("meetings", "emails") for item in shown(there, f"v2.{name}.list")[0]]
        assert logged["id"] > max(item["id"] for item in before)


@pytest.mark.faults
def test_a_copy_goes_on_where_it_was_killed(
    source: Firm, there: Answers, database_url: str, interlog: Run, environment: dict[str, str]
) -> None:
    """``kill -9`` in the middle of parts, again and again: in the end all is there, once, and the counts are exact."""
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


def test_what_follows_a_copy(source: Firm, there: Answers, tmp_path: Any, interlog: Run) -> None:
    """Webhooks rest until they are let go on; contacts move copied reminders; a change follows those copied."""
    url = f"sqlite:///{tmp_path}/copy.db"
    base = f"{source.server.base}/affinity"
    given = ("import", "affinity", "--from", base, "--token", source.token, "--rounded", "--json")
    assert interlog(*given, db=url, **NO_PROXY).code == 0
    with served(url, interlog, source.mia.emails[0], telling=True) as api, receiving() as taking:
        hooks = api.get("/webhook").json()
        assert [hook["disabled"] for hook in hooks] == [True, True]
        path = f"/webhook/{hooks[1]['id']}"
        assert api.put(path, webhook_url=taking.url, disabled=False).json()["disabled"] is False
        made = api.post("/persons", first_name="New", last_name="One", emails=[]).json()
        wait_until(lambda: [one.json["body"]["id"] for one in taking.received[1:]] == [made["id"]])

        (moving,) = [item for item in api.get("/reminders", type=1).json()["reminders"] if item["person"]]
        call = {"type": 1, "person_ids": [source.mia.id, moving["person"]["id"]], "content": "x"}
        soon = (datetime.now(UTC) + timedelta(days=2)).isoformat()
        assert api.post("/interactions", **call, date=soon).status_code == 200
        wait_until(lambda: api.get(f"/reminders/{moving['id']}").json()["due_date"] != moving["due_date"])

        (field,) = (item for item in api.get("/fields").json() if item["name"] == "Wanted")
        before = api.get("/field-value-changes", field_id=field["id"]).json()
        assert [change["action_type"] for change in before] == [1, 0]
        made = api.post("/field-values", field_id=field["id"], entity_id=made["id"], value=3)
        assert made.status_code == 200
        latest, *rest = api.get("/field-value-changes", field_id=field["id"]).json()
        assert rest == before
        assert latest["id"] > max(c["id"] for some in shown(there, "field_value_changes.list") for c in some)


def test_who_was_merged_leads_to_the_survivor(source: Firm, database_url: str, interlog: Run) -> None:
    """Ids that others have kept of who was merged away, once or twice, say in the copy what they say in the source."""
    there = source.caller("/affinity")
    gone = [
        (f"/{plural}/{item[key]}", f"/v2/{name}/{item[key]}")
        for plural, name, word, key in (
            ("persons", "persons", "person", "duplicatePersonId"),
            ("organizations", "companies", "company", "duplicateCompanyId"),
        )
        for item in there.get(f"/v2/{word}-merges").json()["data"]
    ]
    given = ("import", "affinity", "--from", f"{source.server.base}/affinity", "--token", source.token, "--rounded")
    assert interlog(*given, db=database_url, **NO_PROXY).code == 0
    assert interlog("db", "check", db=database_url).out == "clean\n"
    with served(database_url, interlog, source.mia.emails[0]) as here:
        for paths in gone:
            for path in paths:
                answer = here.get(path)
                assert "merged into" in answer.text
                assert (answer.status_code, answer.json()) == (there.get(path).status_code, there.get(path).json())
    assert len(gone) == 4


def test_a_file_that_breaks_off_is_read_again(source: Firm, there: Answers, tmp_path: Any, interlog: Run) -> None:
    """Contents are as long as they should be: cut ones are read again, redirected ones elsewhere without the key."""
    api = source.caller("/affinity")
    first, second, third = (item["id"] for item in api.get("/entity-files").json()["entity_files"][2:5])
    cut: list[str] = []
    elsewhere = api.get(f"/v2/files/{second}").json()["downloadUrl"]

    def fault(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        if path.endswith(f"/download/{first}") and not cut:
            cut.append(path)
            return 200, {}, b"to"
        if path.endswith(f"/download/{second}"):
            return 302, {"Location": elsewhere}, b""
        if path.endswith(f"/download/{third}"):
            return 200, {}, b"too long by far" * 1_000_000
        return None

    with relay(source.server.base) as between:
        between.fault = fault
        given = ("import", "affinity", "--from", f"{between.base}/affinity", "--token", source.token, "--rounded")
        done = interlog(*given, "--json", db=f"sqlite:///{tmp_path}/copy.db", **NO_PROXY).data
    assert cut
    assert done["counts"]["files"] == counts_of(there)["files"] - 1
    (remark,) = done["remarks"]
    assert remark.startswith(f"file {third}, ")
    assert "it has more than the " in remark
    with served(f"sqlite:///{tmp_path}/copy.db", interlog, source.mia.emails[0]) as here:
        for id_ in (first, second):
            path = f"/entity-files/download/{id_}"
            assert here.get(path).content == there["files.download", path][1]
        assert here.get(f"/entity-files/{third}").status_code == 404


def test_what_is_left_behind_is_named(source: Firm, tmp_path: Any, interlog: Run) -> None:
    """Fields that nobody fills and views of lists are among the remarks, each by its name."""
    views = {"data": [{"id": 7, "name": "Hot ones"}], "pagination": {"nextUrl": None}}
    enriched = {
        "id": 10**9,
        "name": "Industry",
        "value_type": 6,
        "enrichment_source": "dealroom",
        "dropdown_options": [],
    }

    def fault(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        if path.startswith("/affinity/v2/lists/") and "saved-views" in path:
            return 200, {}, json.dumps(views).encode()
        if path == "/affinity/fields?entity_type=1":
            return 200, {}, json.dumps([enriched]).encode()
        return None

    with relay(source.server.base) as between:
        between.fault = fault
        given = ("import", "affinity", "--from", f"{between.base}/affinity", "--token", source.token, "--rounded")
        done = interlog(*given, "--json", db=f"sqlite:///{tmp_path}/copy.db", **NO_PROXY).data
    assert f"field {10**9}, Industry, is not copied: it is none that users fill" in done["remarks"]
    views_left = [text for text in done["remarks"] if text.startswith("the view Hot ones of list ")]
    assert len(views_left) == len(source.caller("/affinity").get("/lists").json())


def test_what_is_withheld_does_not_end_it(source: Firm, there: Answers, tmp_path: Any, interlog: Run) -> None:
    """What a token may not read, and need not, is left out and named; the rest is copied."""
    withheld = ("/v2/person-merges", "/field-value-changes", "/webhook", "/v2/lists/")

    def fault(path: str, number: int) -> tuple[int, dict[str, str], bytes] | None:
        if path.removeprefix("/affinity").startswith(withheld):
            return (403, {}, b"[]") if "merges" in path else (400, {}, b'["not for you"]')
        return None

    with relay(source.server.base) as between:
        between.fault = fault
        given = ("import", "affinity", "--from", f"{between.base}/affinity", "--token", source.token, "--rounded")
        done = interlog(*given, "--json", db=f"sqlite:///{tmp_path}/copy.db", **NO_PROXY).data
    left = {text.partition(" are left out: ")[0] for text in done["remarks"]}
    fields = {f"how values of field {item['id']} changed" for item in source.caller("/affinity").get("/fields").json()}
    assert left == fields | {"person-merges", "webhooks", "views of lists", "which fields are required"}
    expected = counts_of(there) | {"merges": 2, "field-value-changes": 0, "webhooks": 0}
    assert done["counts"] == expected


def test_a_source_may_be_slow_and_faulty(source: Firm, there: Answers, tmp_path: Any, interlog: Run) -> None:
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
    assert done["counts"] == counts_of(there)


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


def test_two_copies_at_once_do_not_mix(
    source: Firm, there: Answers, database_url: str, environment: dict[str, str]
) -> None:
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
    assert json.loads(last.stdout)["counts"] == counts_of(there)


def test_rounded_times_cost_few_calls(source: Firm, there: Answers, tmp_path: Any, interlog: Run) -> None:
    """With --rounded interactions are read by the page; all that differs is the fraction of a second."""
    url = f"sqlite:///{tmp_path}/copy.db"
    with relay(source.server.base) as between:
        given = ("import", "affinity", "--from", f"{between.base}/affinity/v2/", "--token", source.token, "--rounded")
        assert interlog(*given, "--json", db=url, **NO_PROXY).code == 0
        single = [path for path in between.asked if path.startswith("/affinity/interactions/")]
    assert len(single) == 1, "the crowd of which version 2 shows a hundred"
    with served(url, interlog, source.mia.emails[0]) as api:
        for name in ("meetings", "calls", "emails"):
            assert Everything(api).read(f"/v2/{name}") == there[f"v2.{name}.list", f"/v2/{name}"]


def test_an_existing_tenant_is_filled_if_nothing_is_in_the_way(
    source: Firm, there: Answers, tmp_path: Any, interlog: Run
) -> None:
    """The owner who has the same address and id becomes the one of the source."""
    url = f"sqlite:///{tmp_path}/copy.db"
    address = source.mia.emails[0]
    owner = ("--tenant", "acme", "--domain", "own.example", "--owner", f"Somebody Else <{address}>")
    assert interlog("init", *owner, db=url).code == 0
    base = f"{source.server.base}/affinity"
    done = interlog("import", "affinity", "--from", base, "--token", source.token, "--json", db=url, **NO_PROXY).data
    assert done["counts"]["persons"] == len(there["persons.list", "/persons"])
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
