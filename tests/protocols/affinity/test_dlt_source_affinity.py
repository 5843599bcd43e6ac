"""dlt-source-affinity, a source for pipelines: all that it extracts from our server, in an environment of its own."""

import pytest

from interlog.model.instants import now
from interlog.model.parties import Person
from tests.serving import Caller, Firm

from .clients import Client, interpreter
from .conftest import PREFIX
from .things import Things

pytestmark = [
    pytest.mark.client,
    pytest.mark.skipif(
        interpreter("dlt-source-affinity") is None, reason="needs Python 3.12, and uv cannot bring one here"
    ),
]


@pytest.mark.covers(
    "notes.list", "v2.persons.list", "v2.companies.list", "v2.opportunities.list", "v2.lists.list", "v2.lists.entries",
    by="dlt-source-affinity",
)  # fmt: skip
def test_extracts_everything(firm: Firm, api: Caller, mia: Person, ola: Person) -> None:
    """Persons and companies with their fields, opportunities, notes, lists, and entries with theirs."""
    company, deal = firm.organization("Client", "client.example"), firm.opportunity("Deal", persons=[ola])
    note = firm.log("Call", now(), mia, ola, body="Talked").note_id
    things = Things(firm, None)
    won, entry = things["won"], things["entry"]
    with Client("dlt-source-affinity", firm.server.base + PREFIX, firm.token) as dlt:
        rows = dlt.ask("persons", lists=[])
        assert {mia.id, ola.id} <= {row["id"] for row in rows if "firstName" in row}
        assert company.id in [row["id"] for row in dlt.ask("companies", lists=[]) if "domains" in row]
        assert [row["id"] for row in dlt.ask("opportunities", lists=[])] == [deal.id]
        assert [row["id"] for row in dlt.ask("notes", lists=[])] == [note]
        assert things["people"] in [row["id"] for row in dlt.ask("lists", lists=[])]
        name = f"lists-list-{things['people']}-entries"
        (row,) = (row for row in dlt.ask(name, lists=[things["people"]]) if "entity_id" in row)
        assert (row["id"], row["entity_id"], row[f"{won}_Stage"]) == (entry, things["listed_person"], "Won")
