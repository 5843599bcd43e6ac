"""What is kept for a while only: keys that are over, and deliveries that have ended."""

import pytest

from interlog.ledger.upkeep import Upkeep
from interlog.model.applications import Grant, GrantKind
from interlog.model.deliveries import Delivery, DeliveryState
from interlog.model.instants import DAY, HOUR, now
from interlog.server import kept
from interlog.settings import Settings
from interlog.store import access, deliveries
from interlog.store.statements import Unit
from tests.ledger.conftest import Firm
from tests.serving import rows_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _round(firm: Firm, **settings: int) -> tuple[int, int]:
    """Do what a server does once a minute; returns how many keys and deliveries there are then."""
    await Upkeep(firm.ledger, kept(Settings(**settings))).round()
    rows = await rows_of(firm.ledger, firm.tenant.id)
    return rows["grant_key"], rows["delivery"]


async def test_what_is_over_goes_after_a_while(acme: Firm) -> None:
    """Codes a day after they are over, deliveries when the setting says; refresh tokens and what waits stay."""
    unit, at = Unit(), now()
    ends = [None, at + HOUR, at - HOUR, at - 2 * DAY]
    grants = [Grant(kind=GrantKind.CODE, application=1, person_id=1, expires_at=end) for end in ends]
    access.insert_grants(unit, acme.tenant.id, [(str(number), grant) for number, grant in enumerate(grants)])
    states = [
        (None, DeliveryState.WAITING),
        (at - DAY, DeliveryState.DELIVERED),
        (at - 91 * DAY, DeliveryState.DEAD),
    ]
    items = [
        Delivery(
            id=number, subscription=1, key="k", event="e", body=None, state=state, attempts=1,
            next_at=at if end is None else None, created_at=1, ended_at=end,
        )
        for number, (end, state) in enumerate(states)
    ]  # fmt: skip
    deliveries.insert_deliveries(unit, acme.tenant.id, items)
    await acme.ledger.store.database.write(unit)

    assert await _round(acme, keep_deliveries_days=0) == (3, 3)
    assert await _round(acme) == (3, 2)
    assert await _round(acme, keep_deliveries_days=1) == (3, 1)
    assert await access.grant_of(acme.ledger.store.database, acme.tenant.id, "3") is None
