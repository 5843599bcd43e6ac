"""``interlog db check``: each thing that must hold between rows, broken in a filled store."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from interlog.ledger import Ledger
from interlog.model.ids import uuid7
from interlog.model.interactions import Links, Participant
from interlog.model.notes import NoteDraft
from interlog.model.parties import OpportunityDraft, OrganizationDraft, Party
from interlog.store.orphans import orphans
from tests.ledger.conftest import Firm, found_firm, meeting

T = "(SELECT max(id) FROM tenant)"

BREAKS = {
    "participant rows of a person that does not exist": f"INSERT INTO participant VALUES ({T}, 0, 999, 1, 1, 1, 0)",
    "participant rows of an organization that does not exist": (
        f"INSERT INTO participant VALUES ({T}, 1, 999, 1, 1, 1, 0)"
    ),
    "participant rows of an opportunity that does not exist": (
        f"INSERT INTO participant VALUES ({T}, 8, 999, 1, 1, 1, 0)"
    ),
    "participant rows of a profile that does not exist": (
        f"INSERT INTO participant VALUES ({T}, 100, 999, 1, 1, 1, 0)"
    ),
    "participant rows of an interaction that does not exist or is deleted": "UPDATE interaction SET deleted_at = 1",
    "interactions whose note does not exist": "UPDATE note SET deleted_at = 1 WHERE interaction IS NOT NULL",
    "notes of an interaction that does not exist or is deleted": (
        "UPDATE note SET interaction = 999 WHERE parent IS NULL"
    ),
    "replies to a note that does not exist or is deleted": "UPDATE note SET parent = 999 WHERE parent IS NOT NULL",
    "note links of a person that does not exist": f"INSERT INTO note_link VALUES ({T}, 0, 999, 1, 1, 0)",
    "note links of an organization that does not exist": f"INSERT INTO note_link VALUES ({T}, 1, 999, 1, 1, 0)",
    "note links of an opportunity that does not exist": f"INSERT INTO note_link VALUES ({T}, 8, 999, 1, 1, 0)",
    "note links of a profile that does not exist": f"INSERT INTO note_link VALUES ({T}, 100, 999, 1, 1, 0)",
    "note links of a note that does not exist or is deleted": "UPDATE note SET deleted_at = 1",
    "visits of an interaction that does not exist or is deleted": (
        "INSERT INTO visit (tenant_id, campaign, id, number, occurred_at, created_at, modified_at, contact, group_id, "
        f"survey, unavailable) VALUES ({T}, 'c', 'v', 999, 1, 1, 1, 'p', 0, 's', 0)"
    ),
    "resources about a person that does not exist or is deleted": (
        "INSERT INTO resource (tenant_id, kind, id, number, person, group_id, value, version, created_at, modified_at, "
        f"placeholder) VALUES ({T}, 'contacts', 'i', 9999, 999, 0, '{{}}', 1, 1, 1, 0)"
    ),
    "entries of a list that does not exist or is deleted": (
        f"INSERT INTO list_entry VALUES ({T}, 999, 999, 0, 1, 1, 1, 1, NULL)"
    ),
    "list entries of a person that does not exist or is deleted": (
        f"INSERT INTO list_entry VALUES ({T}, 999, 1, 0, 999, 1, 1, 1, NULL)"
    ),
    "list entries of an organization that does not exist or is deleted": (
        f"INSERT INTO list_entry VALUES ({T}, 999, 1, 1, 999, 1, 1, 1, NULL)"
    ),
    "fields of a list that does not exist": (
        f"INSERT INTO party_field VALUES ({T}, 999, 999, 0, 'x', 6, 0, 0, '[]', 1, 1, 1, NULL)"
    ),
    "values of a field that does not exist": (
        f"INSERT INTO party_value VALUES ({T}, 0, 1, 0, 999, 999, 0, '1', NULL, NULL, 1, 1, NULL)"
    ),
    "changes of values of a field that does not exist": (
        f"INSERT INTO value_change VALUES ({T}, 999, 999, 0, 1, 0, 0, 1, 1, '1')"
    ),
    "values of fields of a person that does not exist": (
        f"INSERT INTO party_value VALUES ({T}, 0, 999, 0, 999, 1, 0, '1', NULL, NULL, 1, 1, NULL)"
    ),
    "changes of values of fields of a person that does not exist": (
        f"INSERT INTO value_change VALUES ({T}, 999, 1, 0, 999, 0, 0, 1, 1, '1')"
    ),
    "values of fields of an organization that does not exist": (
        f"INSERT INTO party_value VALUES ({T}, 1, 999, 0, 999, 1, 0, '1', NULL, NULL, 1, 1, NULL)"
    ),
    "changes of values of fields of an organization that does not exist": (
        f"INSERT INTO value_change VALUES ({T}, 999, 1, 1, 999, 0, 0, 1, 1, '1')"
    ),
    "values of fields of an opportunity that does not exist": (
        f"INSERT INTO party_value VALUES ({T}, 8, 999, 0, 999, 1, 0, '1', NULL, NULL, 1, 1, NULL)"
    ),
    "changes of values of fields of an opportunity that does not exist": (
        f"INSERT INTO value_change VALUES ({T}, 999, 1, 8, 999, 0, 0, 1, 1, '1')"
    ),
    "values of an entry that does not exist": (
        f"INSERT INTO party_value VALUES ({T}, 0, 1, 999, 999, 1, 0, '1', NULL, NULL, 1, 1, NULL)"
    ),
    "values that name a person that does not exist": (
        f"INSERT INTO party_value VALUES ({T}, 0, 1, 0, 999, 1, 0, '1', 0, 999, 1, 1, NULL)"
    ),
    "values that name an organization that does not exist": (
        f"INSERT INTO party_value VALUES ({T}, 0, 1, 0, 999, 1, 0, '1', 1, 999, 1, 1, NULL)"
    ),
    "keys of a profile that does not exist": f"INSERT INTO profile_key VALUES ({T}, 1, 'name', 'key', 999)",
    "values of a profile that does not exist": f"INSERT INTO profile_value VALUES ({T}, 100, 'name', 'key', 999)",
    "values of a person that does not exist or is deleted": (
        f"INSERT INTO profile_value VALUES ({T}, 1, 'name', 'key', 999)"
    ),
    "values of an organization that does not exist or is deleted": (
        f"INSERT INTO profile_value VALUES ({T}, 2, 'name', 'key', 999)"
    ),
    "interactions that are waited for and do not exist": f"INSERT INTO unbound VALUES ({T}, 'a@x.example', 999)",
    "requests that made an interaction that does not exist": f"INSERT INTO request VALUES ({T}, 'k', 'f', 999, 1)",
    "work left to do on a type that does not exist": (
        f"INSERT INTO chore VALUES ({T}, 'index', 999, 1, 1, 'rest', 'null', 0)"
    ),
    "external ids of an interaction that does not exist": f"INSERT INTO external_id VALUES ({T}, 's', 'i', 999)",
    "external ids of a person that does not exist or is deleted": (
        f"INSERT INTO party_external_id VALUES ({T}, 0, 's', 'i', 999)"
    ),
    "external ids of an organization that does not exist or is deleted": (
        f"INSERT INTO party_external_id VALUES ({T}, 1, 's', 'i', 999)"
    ),
    "e-mail addresses of a person that does not exist or is deleted": (
        f"INSERT INTO person_email VALUES ({T}, 'a@x.example', 999, 'x.example')"
    ),
    "memberships of a person that does not exist or is deleted": f"INSERT INTO membership VALUES ({T}, 1, 999)",
    "memberships of an organization that does not exist or is deleted": f"INSERT INTO membership VALUES ({T}, 999, 1)",
    "domains of an organization that does not exist or is deleted": (
        f"INSERT INTO organization_domain VALUES ({T}, 'x.example', 999)"
    ),
    "parties of an opportunity that does not exist or is deleted": (
        f"INSERT INTO opportunity_party VALUES ({T}, 0, 1, 999)"
    ),
    "tokens of nobody": (
        f"INSERT INTO token VALUES ({T}, 9, 999, 'd', 'p', '', '[]', 1, NULL, NULL, NULL, NULL, NULL, NULL)"
    ),
    **{
        f"files of {name} that does not exist": (
            f"INSERT INTO file VALUES ({T}, 999, 'k', {kind}, 999, 'n', 'm', 1, 'd', 1, 1, 1, NULL)"
        )
        for name, kind in (("a person", 0), ("an organization", 1), ("an opportunity", 8), ("an interaction", 50))
    },
    "files whose uploader does not exist": (
        f"INSERT INTO file VALUES ({T}, 999, 'k', 0, 1, 'n', 'm', 1, 'd', 999, 1, 1, NULL)"
    ),
    **{
        f"reminders of {name} that does not exist": (
            f"INSERT INTO reminder VALUES ({T}, 999, 0, NULL, 1, {kind}, 999, 1, 1, 1, NULL, NULL, NULL, NULL, NULL, 1,"
            " NULL)"
        )
        for name, kind in (("a person", 0), ("an organization", 1), ("an opportunity", 8))
    },
    **{
        f"reminders whose {role} does not exist": (
            f"INSERT INTO reminder VALUES ({T}, 999, 0, NULL, 1, 0, 1, {creator}, {owner}, 1, NULL, NULL, NULL, NULL,"
            " NULL, 1, NULL)"
        )
        for role, creator, owner in (("owner", 1, 999), ("creator", 999, 1))
    },
    "subscriptions of nobody": (
        f"INSERT INTO subscription VALUES ({T}, 9, 'p', 'n', 'u', 'k', NULL, '{{}}', NULL, 999, 0, 0, 0, 1, NULL, 0, "
        "0, NULL)"
    ),
    "subscriptions given to no application": (
        f"INSERT INTO subscription VALUES ({T}, 9, 'p', 'n', 'u', 'k', NULL, '{{}}', 999, 1, 0, 0, 0, 1, NULL, 0, "
        "0, NULL)"
    ),
    "applications of nobody": (
        f"INSERT INTO application VALUES ({T}, 9, 'c', NULL, 'n', '[]', NULL, NULL, 999, NULL, NULL, 1, NULL)"
    ),
    "consents of nobody": f"INSERT INTO consent VALUES ({T}, 9, 999, 999, NULL, '[]', 1, NULL)",
    "keys of nobody": f"INSERT INTO grant_key VALUES ({T}, 'd', 'code', 999, 999, NULL, NULL, NULL, NULL, NULL)",
    "deliveries to no subscription": (
        f"INSERT INTO delivery VALUES ({T}, 999, 1, 'k', 'e', NULL, 'dead', 1, NULL, 1, 1, NULL, NULL)"
    ),
    "sessions of nobody": f"INSERT INTO session VALUES ({T}, 9, 'link', 999, 'd', 1, 2, NULL, NULL, NULL)",
    "passwords of nobody": f"INSERT INTO password VALUES ({T}, 999, 'h', 1)",
    "tokens given to no application": (
        f"INSERT INTO token VALUES ({T}, 9, 1, 'd', 'p', '', '[]', 1, NULL, NULL, NULL, NULL, 999, NULL)"
    ),
    "consents given to no application": f"INSERT INTO consent VALUES ({T}, 9, 999, 1, NULL, '[]', 1, NULL)",
    "keys given to no application": (
        f"INSERT INTO grant_key VALUES ({T}, 'd', 'code', 999, 1, NULL, NULL, NULL, NULL, NULL)"
    ),
    "persons merged into what does not exist": "UPDATE person SET deleted_at = 1, merged_into = 999 WHERE id = 4",
    "organizations merged into what does not exist": "UPDATE organization SET merged_into = 999",
    "records changed by a merge that does not exist": f"INSERT INTO party_merge_part VALUES ({T}, 999, 'person', 1, 2)",
    **{
        f"merges of {party} that does not exist ({side})": (
            f"INSERT INTO party_merge VALUES ({T}, 1, {kind}, {ids}, 1, 1, 'rest', 1, 1)"
        )
        for party, kind in (("a person", 0), ("an organization", 1))
        for side, ids in (("survivor", "999, 1"), ("gone", "1, 999"))
    },
    "tokens by a consent that does not exist": (
        f"INSERT INTO token VALUES ({T}, 9, 1, 'd', 'p', '', '[]', 1, NULL, NULL, NULL, NULL, NULL, 999)"
    ),
    "keys by a consent that does not exist": (
        f"INSERT INTO grant_key VALUES ({T}, 'd', 'code', 999, 1, 999, NULL, NULL, NULL, NULL)"
    ),
    "the columns of campaigns": "UPDATE resource SET owner = 'x' WHERE kind = 'campaigns'",
    "has no entry in the journal": "DELETE FROM journal WHERE entity = 'resource' AND entity_id = 2",
    "the rows of visits do not agree with the interactions": "UPDATE visit SET unavailable = 1",
    "person 1 is found by other addresses than listed": "DELETE FROM person_email WHERE person_id = 1",
    "person 1 is a member of other organizations than listed": (
        "UPDATE person SET organization_ids = '[1]' WHERE id = 1 AND organization_ids = '[]'"
    ),
}


@pytest_asyncio.fixture
async def firm(tmp_path: Path) -> AsyncIterator[Firm]:
    """A firm with a bit of everything, in a file."""
    firm = await found_firm(await Ledger.open(f"sqlite:///{tmp_path / 'store.db'}"))
    ledger, actor = firm.ledger, firm.actor
    organization = await ledger.organizations.create(actor, OrganizationDraft(name="A", domains=("client.example",)))
    deals = await ledger.opportunities.create_list(actor, name="Deals", kind=Party.OPPORTUNITY, is_public=True)
    draft = OpportunityDraft(name="Pilot", list_id=deals.id, organization_ids=(organization.id,))
    await ledger.opportunities.create(actor, draft)
    logged = await ledger.interactions.log(actor, meeting(firm.eve, body="Talked"))
    await ledger.notes.create(actor, NoteDraft(content="reply", parent=logged.interaction.note_id))
    await ledger.notes.create(actor, NoteDraft(content="note", links=Links(organizations=(organization.id,))))
    await ledger.founding.ensure(actor)
    fields = {"campaignId": uuid7(), "contactId": uuid7(), "surveyId": uuid7(), "unavailable": False, "responses": {}}
    visit = meeting(Participant(firm.eve.id, "contact"), fields=fields, draft={"type": "CanvassVisit"})
    await ledger.interactions.log(actor, visit)
    yield firm
    await ledger.close()


@pytest.mark.parametrize("problem", BREAKS)
async def test_what_is_broken_is_told(firm: Firm, tmp_path: Path, problem: str) -> None:
    """A store is clean until something in it is broken."""
    assert await firm.ledger.check.problems() == []
    with sqlite3.connect(tmp_path / "store.db") as connection:
        assert connection.execute(BREAKS[problem]).rowcount > 0
    connection.close()
    assert any(problem in told for told in await firm.ledger.check.problems())


async def test_every_reference_is_tried() -> None:
    """A new kind of reference fails here until it is broken above."""
    assert sorted(orphans().keys() - BREAKS.keys()) == []


async def test_a_damaged_file_is_told_as_such(firm: Firm, tmp_path: Path) -> None:
    """What its engine says of it, instead of a fault."""
    path = tmp_path / "store.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size, root = connection.execute(
            "SELECT page_size, rootpage FROM pragma_page_size, sqlite_master WHERE name = 'interaction'"
        ).fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    ledger = await Ledger.open(f"sqlite:///{path}")
    try:
        assert await ledger.check.problems() != []
    finally:
        await ledger.close()
