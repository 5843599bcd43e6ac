"""A firm with types whose interactions have an identity, and what is logged in it."""

from typing import Any

import pytest_asyncio
from msgspec.structs import replace

from interlog.model.interactions import Content, Draft
from interlog.model.types import Category, FieldDefinition, FieldKind, InteractionType
from interlog.store import types as type_rows
from interlog.store.statements import Unit
from tests.ledger.conftest import YESTERDAY, Firm

READING = InteractionType(
    id=100, name="Reading", category=Category.OTHER, is_activity=True,
    fields=(FieldDefinition("sensor"), FieldDefinition("at", FieldKind.INSTANT), FieldDefinition("value")),
    identity=("sensor", "at"),
)  # fmt: skip
AUDIT = replace(READING, id=101, name="Audit", is_activity=False, category=Category.MEETING)


@pytest_asyncio.fixture(loop_scope="module")
async def firm(acme: Firm) -> Firm:
    """A firm that has defined two types with an identity: one may be amended, one is a fact."""
    unit = Unit()
    type_rows.insert(unit, acme.tenant.id, [READING, AUDIT], 0)
    await acme.ledger.store.database.write(unit)
    tenant = await acme.ledger.tenants.by_name(acme.tenant.name)
    return acme._replace(tenant=tenant, actor=replace(acme.actor, tenant=tenant))


def reading(sensor: str, value: str = "1", type_: str = "Reading", **draft: Any) -> Draft:
    """Return an interaction with an identity."""
    fields = {"sensor": sensor, "at": "2024-01-01T00:00:00Z", "value": value}
    return Draft(type=type_, content=Content(occurred_at=YESTERDAY, fields=fields), **draft)


async def number_of(firm: Firm, draft: Draft) -> int:
    """Log an interaction, and return its number."""
    return (await firm.ledger.interactions.log(firm.actor, draft)).interaction.number
