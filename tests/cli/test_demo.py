"""``interlog demo``: what it writes is a sound store."""

from interlog.ledger import Ledger
from interlog.model.tenancy import Actor
from interlog.model.types import CANVASS_VISIT
from tests.cli.conftest import Run


async def test_a_demo_fills_a_store(interlog: Run, database_url: str) -> None:
    """Everything that was counted is there, the store is clean, and the token is the owner's."""
    made = interlog("demo", "--scale", "0.02", "--seed", "3", "--json", db=database_url).data

    assert interlog("db", "check", db=database_url).out == "clean\n"
    ledger = await Ledger.open(database_url)
    actor = await ledger.access.authenticate(made["token"], "rest")
    persons, _ = await ledger.persons.page(actor, limit=10_000)
    organizations, _ = await ledger.organizations.page(actor, limit=10_000)
    opportunities, _ = await ledger.opportunities.page(actor, limit=10_000)
    types = [type_.id for type_ in actor.tenant.types]
    interactions = await ledger.timeline.in_order_of_number(actor, types, after=0, limit=100_000)
    notes = await _notes_on_parties(ledger, actor)
    await ledger.close()
    assert (actor.person_id, actor.tenant.name) == (made["person_id"], made["tenant"])
    assert made["counts"] == {
        "people": len(persons),
        "organizations": len(organizations),
        "opportunities": len(opportunities),
        "notes": notes,
        "interactions": len(interactions),
    }


async def _notes_on_parties(ledger: Ledger, actor: Actor) -> int:
    notes = await ledger.notes.page(actor, limit=100_000, roots=True)
    return sum(1 for note in notes if note.interaction is None)


async def test_a_canvass_fills_a_store(interlog: Run, database_url: str) -> None:
    """Contacts, visits and all else that was counted are there, seen as what they are, and the store is clean."""
    made = interlog("demo", "--canvass", "--scale", "0.05", "--json", db=database_url).data

    assert interlog("db", "check", db=database_url).out == "clean\n"
    ledger = await Ledger.open(database_url)
    actor = await ledger.access.authenticate(made["token"], "polis")
    visits = await ledger.timeline.in_order_of_number(actor, [CANVASS_VISIT.id], after=0, limit=100_000)
    persons, _ = await ledger.persons.page(actor, limit=10_000)
    notes = await ledger.notes.page(actor, limit=100_000, roots=True)
    await ledger.close()
    counts = made["counts"]
    assert made["tenant"] == "canvass"
    assert len(persons) == counts["contacts"] + counts["canvassers"] + 1
    assert 0 <= counts["visits"] - len(visits) <= 3, "some were taken back"
    assert sum(1 for note in notes if note.interaction is None) == counts["remarks"]


def test_a_demo_is_made_once(interlog: Run, tmp_path: object) -> None:
    """A second one would mix with the first: it is refused."""
    url = f"sqlite:///{tmp_path}/interlog.db"
    assert interlog("demo", "--scale", "0.01", db=url).code == 0

    done = interlog("demo", "--scale", "0.01", "--json", db=url)

    assert (done.code, done.error["error"]) == (1, "there is a tenant demo already")
