"""What keeps a server busy after a store was filled, done beforehand: it would be measured along with the requests."""

from interlog.ledger import Ledger
from interlog.store import changes, search
from interlog.store.statements import Unit


async def settle(ledger: Ledger, tenant_id: int) -> None:
    """Have the words of all that is stored pass for indexed: nothing measured here searches for them.

    To index a million interactions takes a server many minutes, in which readers see a new file after each part.
    """
    database = ledger.store.database
    unit, place = Unit(), await changes.last(database, tenant_id)
    search.begin(unit, tenant_id, place)
    await database.write(unit)
