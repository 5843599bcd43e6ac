"""Persons and organizations that were merged into others, in both versions (spec 1.6 and 14.3)."""

import pytest

from interlog.model.parties import Party, Person
from tests.serving import Caller, Firm

from .v2.wire import coded
from .wire import UNKNOWN, answered, refused

_PATHS = {Party.PERSON: ("persons", "persons"), Party.ORGANIZATION: ("organizations", "companies")}


def _merged(firm: Firm, kind: Party, survivor: int, gone: int) -> int:
    return firm.server.run(firm.ledger.merges.merge(firm.actor, kind, survivor, gone)).id


@pytest.mark.parametrize("kind", [Party.PERSON, Party.ORGANIZATION])
def test_a_read_says_into_whom(firm: Firm, api: Caller, kind: Party) -> None:
    """Whoever reads one that is gone is told so in the vendor's words; undone, it is there again."""
    v2 = firm.caller("/affinity/v2")
    new = firm.person if kind is Party.PERSON else firm.organization
    one, two, three = [new(name).id for name in ("Client", "Client Inc", "The Client")]
    first, second = _PATHS[kind]

    _merged(firm, kind, two, three)
    merge = _merged(firm, kind, one, two)

    for gone in (two, three):
        said = f"{gone} no longer exists as it has been merged into {one}"
        assert refused(api.get(f"/{first}/{gone}")) == [said]
        assert said in coded(v2.get(f"/{second}/{gone}"), 422, "unprocessable-entity")
        assert refused(api.put(f"/{first}/{gone}", first_name="X", name="X")) == [said]
    listed = answered(api.get(f"/{first}", term="Client"))
    assert [item["id"] for item in listed[first]] == [one]
    firm.server.run(firm.ledger.merges.undo(firm.actor, merge))
    assert answered(api.get(f"/{first}/{two}"))["id"] == two
    refused(api.get(f"/{first}/{three}"), f"merged into {two}")
    assert api.get(f"/{first}/{UNKNOWN}").status_code != 200


def test_what_is_logged_with_one_that_is_gone_is_the_survivors(
    firm: Firm, api: Caller, mia: Person, ola: Person, eve: Person
) -> None:
    """An interaction that names who is gone, from a client that knows no better, is logged with the survivor."""
    _merged(firm, Party.PERSON, ola.id, eve.id)

    body = {"type": 1, "person_ids": [mia.id, eve.id], "date": "2026-03-05T09:15:00-08:00", "content": "x"}
    logged = answered(api.post("/interactions", **body))

    assert {person["id"] for person in logged["persons"]} == {mia.id, ola.id}
