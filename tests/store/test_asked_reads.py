"""Reads by conditions from outside: broken off in time, and no long statement is kept."""

import time

import asyncpg
import pytest

from interlog.model.errors import Invalid
from interlog.model.ids import stamp, uuid7
from interlog.model.interactions import Content, Interaction
from interlog.model.types import FieldDefinition, FieldKind, InteractionType, Logging
from interlog.protocols.customer_insights.odata_filter import filter_of
from interlog.protocols.customer_insights.odata_vocabulary import Interactions
from interlog.store import instances, interactions
from interlog.store.instance_questions import Asked
from interlog.store.schema import interaction
from interlog.store.statements import Unit
from interlog.store.store import Store

TYPE = InteractionType(
    id=100, name="Visit", open=True, fields=(FieldDefinition("Scores", FieldKind.INTEGER, many=True),)
)  # fmt: skip
CUBIC = "Scores/any(a: Scores/any(b: Scores/any(c: a add b add c eq 1000000000)))"


def asked(text: str) -> Asked:
    """Return the question for what meets a filter."""
    return Asked(1, [100], [0], 30, filter_of(text, Interactions([TYPE]), 0))


async def put(store: Store, scores: list[int]) -> None:
    """Store an interaction with these scores."""
    item = Interaction(
        uuid=uuid7(), number=1, type_id=100, type_version=1, content=Content(occurred_at=0, fields={"Scores": scores}),
        logging=Logging.MANUAL, protocol="test", origin=None, creator=None, group=0, note_id=None, external_ids={},
        version=1, created_at=0, changed_at=stamp(),
    )  # fmt: skip
    unit = Unit()
    unit.insert(interaction, [interactions.row_of(1, item)])
    await store.database.write(unit)


async def test_what_takes_too_long_is_broken_off(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A condition that asks each element about all others ends after its time, and the next read is none the worse."""
    monkeypatch.setattr("interlog.store.database.MOST_SECONDS", 0.3)
    await put(store, list(range(4_000)))
    for work in (instances.page, instances.count):
        began = time.monotonic()
        with pytest.raises(Invalid) as caught:
            await work(store.database, asked(CUBIC))
        assert caught.value.problems[0].code == "too_long"
        assert time.monotonic() - began < 60  # by itself it would take days
        assert len(await instances.page(store.database, asked("Scores/any(s: s eq 3999)"))) == 1
    if not store.url.startswith("sqlite"):
        connection = await asyncpg.connect(store.url)
        busy = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE state = 'active' AND pid <> pg_backend_pid() AND datname = current_database()"
        )
        assert await connection.fetchval(busy) == 0
        await connection.close()


async def test_long_statements_are_not_kept(store: Store) -> None:
    """What a short filter needs is kept; of a long one, nothing is."""
    await put(store, [1])
    instances.page_query.cache_clear()
    for more in range(3):
        long = " or ".join(["Scores/any(s: s eq 1)"] * (60 + more))
        assert len(await instances.page(store.database, asked(long))) == 1
    assert instances.page_query.cache_info().currsize == 0
    assert len(await instances.page(store.database, asked("Scores/any(s: s gt 0)"))) == 1
    assert instances.page_query.cache_info().currsize == 1


@pytest.mark.parametrize(
    "text",
    [
        "tolower(" * 22 + "Name" + ")" * 22 + " eq 'x'",
        "(" * 11 + "Price" + " mod 7.5)" * 11 + " eq 1",
        "substring(" * 11 + "Name" + ",1,2)" * 11 + " eq 'x'",
        "not (" * 10 + "Open eq true" + ") eq true" * 10,
        " and ".join(["(a eq 1 or b eq 2)"] * 70),
    ],
)
async def test_deep_conditions_are_answered_or_refused(store: Store, text: str) -> None:
    """What the parser of filters lets through, an engine answers, or it is refused as a fault of the filter."""
    await put(store, [1])
    try:
        await instances.page(store.database, asked(text))
    except Invalid as refused:
        assert "parser stack overflow" in str(refused)
        assert store.url.startswith("sqlite")
