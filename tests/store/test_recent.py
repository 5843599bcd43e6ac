"""Persons that are kept in memory are never out of date, whoever changes them."""

from pathlib import Path

from interlog.ledger import Ledger
from interlog.store import persons as person_rows
from interlog.store.store import Store
from tests.ledger.conftest import found_firm, meeting


async def name_of(store: Store, tenant: int, person_id: int) -> str:
    """Return a person's first name as a request would find it."""
    return (await person_rows.by_ids(store.database, tenant, [person_id]))[person_id].first_name


class TestRecent:
    async def test_a_change_by_another_process_is_seen_at_once(self, tmp_path: Path) -> None:
        """What was read before is dropped when another connection has changed a person."""
        url = f"sqlite:///{tmp_path / 'shared.db'}"
        firm = await found_firm(await Ledger.open(url))
        other = await Store.open(url)
        try:
            tenant, person = firm.actor.tenant.id, firm.actor.person_id
            before = await name_of(other, tenant, person)
            await firm.ledger.persons.update(firm.actor, person, first_name="Renamed")
            assert before != "Renamed"
            assert await name_of(other, tenant, person) == "Renamed"
            assert await name_of(firm.ledger.store, tenant, person) == "Renamed"
        finally:
            await other.close()
            await firm.ledger.close()

    async def test_other_commits_leave_what_is_kept(self, tmp_path: Path) -> None:
        """The very same object comes back after a commit that changed no person."""
        firm = await found_firm(await Ledger.open(f"sqlite:///{tmp_path / 'own.db'}"))
        try:
            tenant, person = firm.actor.tenant.id, firm.actor.person_id
            database = firm.ledger.store.database
            before = (await person_rows.by_ids(database, tenant, [person]))[person]
            await firm.ledger.interactions.log(firm.actor, meeting(firm.mia, firm.eve))
            assert (await person_rows.by_ids(database, tenant, [person]))[person] is before
        finally:
            await firm.ledger.close()
