"""affinity-sdk's own live suite over our server."""

from itertools import count
from pathlib import Path

import pytest

from interlog.protocols.affinity.coverage import SKIPPED
from tests.receiving import receiving
from tests.serving import Firm, RunningServer

from .clients.live_suite import Ran, Suite
from .conftest import PREFIX

_numbers = count(1)

pytestmark = pytest.mark.client


@pytest.fixture
def sandbox(server: RunningServer) -> Firm:
    """A firm with something of everything, under a name by which the suite knows that it may write there."""
    firm = server.found(f"firm-{next(_numbers)}-sandbox")
    client = firm.organization("Client", "client.example")
    ola = firm.person("Ola", "Berg", "ola@client.example")
    firm.opportunity("Deal", persons=[ola], organizations=[client])
    api = firm.caller(PREFIX)
    assert api.post("/notes", content="Remember", person_ids=[ola.id]).status_code == 200
    assert api.post("/lists", name="People", type=0, is_public=True).status_code == 200
    return firm


@pytest.fixture
def suite(sandbox: Firm, tmp_path: Path) -> Suite:
    """The suite, with the owner's token."""
    return Suite(sandbox.server.base + PREFIX, sandbox.token, tmp_path)


def judge(found: list[Ran], expected: int) -> None:
    """Each test passes, but for those that the page names with a reason, none of whose requests we refused."""
    assert len(found) == expected
    assert [item for item in found if item.outcome != "passed" and (item.name not in SKIPPED or item.refused)] == []
    assert {item.name for item in found if item.outcome != "passed"} == set(SKIPPED) & {item.name for item in found}


@pytest.mark.parametrize(
    ("module", "expected"),
    [("integration/test_sdk_reads", 22), ("integration/test_cli_writes", 9), ("integration/test_sdk_writes_runner", 5),
     ("test_integration_smoke", 1)],
)  # fmt: skip
def test_every_test_passes(suite: Suite, module: str, expected: int) -> None:
    """Each module of the suite passes, with something of everything there (spec 20, item 20)."""
    judge(suite.run(module), expected)


def test_queries_agree_with_exports(suite: Suite) -> None:
    """With the data that the suite's own script prepares, its queries find what its exports write (item 20)."""
    suite.prepare("tests/integration/setup_query_parity_data.py")
    judge(suite.run("integration/test_query_parity_integration"), 30)


def test_every_write_works(suite: Suite) -> None:
    """The script of writes, with merges, and with webhooks that a real receiver takes (spec 20, item 20)."""
    with receiving() as receiver:
        judge(suite.writes(receiver.url), 20)
    assert [message.json["type"] for message in receiver.received] == ["sample.webhook"]
